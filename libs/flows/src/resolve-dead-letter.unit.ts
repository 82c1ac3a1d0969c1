import { describe, expect, it } from '@jest/globals';
import {
  RecordDecoder,
  dataSchemaOf,
  defineEvent,
  defineStream,
  envelopeReaderOf,
  int,
  type Judgement,
  type Partition,
} from '@twofold/core';
import { InMemoryDeadLetters, InMemoryEventLog, InMemoryMasterDataset } from '@twofold/in-memory';
import type { Clock, DeadLetters } from '@twofold/ports';
import { archiveEvents } from './archive-events.js';
import { JudgedPartition } from './judged-partition.js';
import { resolveAlike, resolveDeadLetter, type Decision } from './resolve-dead-letter.js';

const sold = defineEvent({ type: 'thing.sold', stream: 'sales', data: { price: int() } });
const lost = defineEvent({ type: 'thing.lost', stream: 'losses', data: { price: int() } });
const stream = defineStream({ name: 'sales', deadLetters: 'hold' });
const partition: Partition = { stream: 'sales', partition: 0 };
const redrive: Decision = { kind: 'redrive', by: 'ann', note: 'the scale was off' };
const discard: Decision = { kind: 'discard', by: 'bob', note: null };
const clock: Clock = {
  now: () => 7_000,
  elapsed: () => 7_000,
  wait: () => new Promise((resolve) => setImmediate(resolve)),
};
const report = {
  archived: () => undefined,
  trouble: (_partition: Partition, error: unknown): never => {
    throw error;
  },
};

/** A partition with these values, in the archive as far as they go. */
async function openWorld(...values: readonly string[]) {
  const log = new InMemoryEventLog(clock);
  await log.ensureStream('sales', 1);
  const headersOf = (id: string): Record<string, string> => ({
    ce_id: id,
    ce_source: 'urn:test',
    ce_type: sold.type,
    ce_dataschema: dataSchemaOf(sold),
    ce_time: '2001-03-01T00:00:00Z',
  });
  await log.append(
    'sales',
    values.map((value, at) => ({ key: 'k', headers: headersOf(`${at}`), value })),
  );
  const deadLetters = new InMemoryDeadLetters();
  const masterDataset = new InMemoryMasterDataset(deadLetters);
  const archive = async (): Promise<void> => {
    const stop = new AbortController();
    const { end } = await log.bounds('sales');
    const wanted = (): number => end[0] ?? 0;
    const ports = { log, masterDataset, deadLetters, deadLetterTopic: deadLetters, clock, wanted };
    const archived = (_partition: Partition, _from: number, to: number): void => {
      if (to >= wanted()) stop.abort();
    };
    await archiveEvents(
      { ...ports, report: { ...report, archived } },
      { partition, events: [sold], stream },
      stop.signal,
    );
  };
  await archive();
  let ids = 0;
  const ports = {
    ...{ log, clock, newId: () => `action-${ids++}` },
    deadLetters: deadLetters as DeadLetters,
    readEnvelope: envelopeReaderOf([sold, lost]),
  };
  const verdicts = async (): Promise<readonly string[]> => {
    const judged = new JudgedPartition({ log, deadLetters }, partition, new RecordDecoder([sold]), stream, null);
    await judged.goTo(0, new AbortController().signal);
    const judgements: Judgement[] = [];
    (await log.read(partition, { from: 0 })).forEach((record) => judgements.push(judged.judge(record)));
    return judgements.map(({ verdict, released }) =>
      [verdict.kind, ...released.map(({ offset }) => `and ${offset}`)].join(' '),
    );
  };
  return { log, deadLetters, ports, archive, verdicts };
}

const corrected = (change: object = {}): object => ({
  ...{ specversion: '1.0', id: '0', source: 'urn:test', type: sold.type, dataschema: dataSchemaOf(sold) },
  ...{ time: '2001-03-01T00:00:00Z', subject: 'k', data: { price: 3 } },
  ...change,
});

describe('resolving a dead letter', () => {
  it('redrives a corrected event: what waited behind it goes, and it is told who did it', async () => {
    const { ports, verdicts, deadLetters, archive } = await openWorld('{', '{"price":1}');
    const action = await resolveDeadLetter(ports, partition, 0, redrive, corrected());
    expect(action).toMatchObject({ by: 'ann', note: 'the scale was off', requestedAtMs: 7_000, appendedAt: 2 });
    expect(await verdicts()).toEqual(['dead', 'held', 'event and 1']);
    expect(await deadLetters.actionsOf(partition, 0, 10)).toEqual([action]);
    await archive();
    expect((await deadLetters.get(partition, 0))?.letter.closed).toEqual({ at: 2, by: 'redrive' });
  });

  it('redrives the record as it is, dead again at its new place; and that is redriven in its turn', async () => {
    const { ports, verdicts, deadLetters, archive } = await openWorld('{', '{"price":1}');
    await resolveDeadLetter(ports, partition, 0, redrive, undefined);
    await archive();
    const again = await deadLetters.get(partition, 2);
    expect(again?.letter).toMatchObject({ code: 'unreadable', closed: null });
    await resolveDeadLetter(ports, partition, 2, redrive, corrected());
    expect(await verdicts()).toEqual(['dead', 'held', 'dead', 'event and 1']);
  });

  it('discards: what waited goes without it', async () => {
    const { ports, verdicts } = await openWorld('{', '{"price":1}');
    await resolveDeadLetter(ports, partition, 0, discard, undefined);
    expect(await verdicts()).toEqual(['dead', 'held', 'resolution and 1']);
  });

  it('killed anywhere, the same request again is right', async () => {
    for (const killedIn of ['addAction', 'append', 'completeAction'] as const) {
      const { ports, verdicts, deadLetters, log } = await openWorld('{', '{"price":1}');
      const killed = (): never => {
        throw new Error('killed');
      };
      const dying = {
        ...ports,
        log: killedIn === 'append' ? { appendTo: killed } : log,
        deadLetters: {
          get: deadLetters.get.bind(deadLetters),
          list: deadLetters.list.bind(deadLetters),
          addAction: killedIn === 'addAction' ? killed : deadLetters.addAction.bind(deadLetters),
          completeAction: killedIn === 'completeAction' ? killed : deadLetters.completeAction.bind(deadLetters),
        },
      };
      await expect(resolveDeadLetter(dying, partition, 0, redrive, corrected())).rejects.toThrow('killed');
      await resolveDeadLetter(ports, partition, 0, redrive, corrected());
      await resolveDeadLetter(ports, partition, 0, discard, undefined);
      const found = await verdicts();
      expect(found.filter((verdict) => verdict !== 'resolution')).toEqual(['dead', 'held', 'event and 1']);
      const actions = await deadLetters.actionsOf(partition, 0, 10);
      expect(actions).toHaveLength(killedIn === 'addAction' ? 2 : 3);
      expect(actions.filter(({ appendedAt }) => appendedAt !== null)).toHaveLength(2);
    }
  });

  it('refuses what is not dead, what is resolved, and a correction that is no event of the stream and key', async () => {
    const { ports, archive } = await openWorld('{', '{"price":1}');
    const refusal = (offset: number, event?: unknown): Promise<unknown> =>
      resolveDeadLetter(ports, partition, offset, redrive, event).then(
        () => null,
        (error: unknown) => error,
      );
    expect(await refusal(1)).toMatchObject({ code: 'not-found' });
    expect(await refusal(0, corrected({ data: { price: 'x' } }))).toMatchObject({
      ...{ code: 'invalid-data', pointer: '/event/data/price' },
    });
    const loss = corrected({ type: lost.type, dataschema: dataSchemaOf(lost) });
    expect(await refusal(0, loss)).toMatchObject({ code: 'invalid-value', pointer: '/event/type' });
    const moved = corrected({ subject: 'j' });
    expect(await refusal(0, moved)).toMatchObject({ code: 'invalid-value', pointer: '/event/subject' });
    await resolveDeadLetter(ports, partition, 0, discard, undefined);
    await archive();
    expect(await refusal(0)).toMatchObject({ code: 'conflict', message: 'sales/0/0 is resolved: discard at offset 2' });
  });

  it('resolves many that failed alike, in order, page by page', async () => {
    const { ports, verdicts } = await openWorld('{', '{"price":"x"}', '{', '{"price":1}', '{');
    const alike = { stream: 'sales', code: 'unreadable', reason: 'its value is no JSON' } as const;
    const first = await resolveAlike(ports, alike, null, 2, discard);
    expect(first).toEqual({ resolved: 2, next: { ...partition, offset: 2 } });
    expect(await resolveAlike(ports, alike, first.next, 2, discard)).toEqual({ resolved: 1, next: null });
    await resolveDeadLetter(ports, partition, 1, discard, undefined);
    expect(await verdicts()).toEqual([
      ...['dead', 'dead', 'dead', 'held', 'dead'],
      ...['resolution', 'resolution', 'resolution', 'resolution and 3'],
    ]);
  });
});
