import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  daily,
  defineEvent,
  defineView,
  distinct,
  int,
  planView,
  string,
  type RowSelection,
  type ViewRow,
  type Window,
} from '@twofold/core';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { testDatabase, uniqueWord } from '@twofold/testkit';
import { PostgresBatchViewStore } from './postgres-batch-view-store.js';
import { PostgresBoundaries } from './postgres-boundaries.js';

const EVERYTHING: RowSelection = { dimensions: [], fromWindow: null, toWindow: null };
const YEARLY: Window = { kind: 'tumbling', unit: 'year', timeZone: 'UTC' };
const DAY_MS = 86_400_000;
/** Together some 100 MB of states, of which 64 are handed over at once. */
const ROWS = 100;
const VALUES = 5_000;
const VALUE_LENGTH = 200;

describe('states that take more than a process should hold', () => {
  const database = testDatabase();
  let metadata: Metadata;
  let store: PostgresBatchViewStore;

  beforeAll(async () => {
    await migrate(database.url);
    metadata = await openMetadata(database.url);
    store = new PostgresBatchViewStore(metadata);
    const stream = plan.streams[0] ?? '';
    await store.register(plan, { [stream]: 1 });
    await new PostgresBoundaries(metadata).propose(plan.id, 1, { stream, partition: 0 }, 1);
    await store.load(plan, 1, { [stream]: [1] }, rows(), {
      deadLetters: 0,
      duplicates: 0,
      held: 0,
      appliedAtMs: null,
      madeBy: 'naive',
    });
  });
  afterAll(async () => {
    await metadata.close();
    await database.drop();
  });

  const read = (limit: number) =>
    store.read(plan, 1, {
      selection: EVERYTHING,
      having: [],
      order: { by: { kind: 'dimension', index: 0 }, descending: true },
      limit,
      after: null,
    });

  it('are refused when they are read, and fewer are not', async () => {
    expect((await read(50))?.map(({ dimensions }) => dimensions[0])).toEqual(
      Array.from({ length: 50 }, (_, index) => ROWS - 1 - index),
    );
    await expect(read(ROWS)).rejects.toMatchObject({ code: 'answer-too-large' });
  });

  it('are refused when they are looked up by key', async () => {
    const keys = Array.from({ length: ROWS }, (_, index) => rowOf(index, '[]'));
    expect(await store.readKeys(plan, 1, keys.slice(0, 50))).toHaveLength(50);
    await expect(store.readKeys(plan, 1, keys)).rejects.toMatchObject({ code: 'answer-too-large' });
  });

  it('are refused when they are rolled up to as many, and not when the result is small', async () => {
    const [rolled, ...others] = (await store.rollUp(plan, 1, EVERYTHING, { window: YEARLY, dimensions: [] }, 10)) ?? [];
    expect(others).toEqual([]);
    expect(rolled?.parts).toEqual([STATE]);
    await expect(store.rollUp(plan, 1, EVERYTHING, { window: null, dimensions: [] }, 1_000)).rejects.toMatchObject({
      code: 'answer-too-large',
    });
  });
});

const thingSeen = defineEvent({
  type: 'thing.seen',
  stream: uniqueWord(),
  data: { name: string({ maxLength: VALUE_LENGTH }), size: int() },
});
const plan = planView(
  defineView({
    name: `names-${uniqueWord()}`,
    from: thingSeen,
    by: ({ size }) => ({ size }),
    window: daily(),
    measures: ({ name }) => ({ names: distinct(name, { atMost: 2 * VALUES }) }),
  }),
  [thingSeen],
);

/** The same in every row. */
const STATE = JSON.stringify(Array.from({ length: VALUES }, (_, index) => String(index).padStart(VALUE_LENGTH, '0')));

const rowOf = (index: number, state: string): ViewRow => ({
  dimensions: [index],
  window: index * DAY_MS,
  parts: [state],
});

async function* rows(): AsyncGenerator<readonly ViewRow[]> {
  for (let index = 0; index < ROWS; index++) yield [rowOf(index, STATE)];
}
