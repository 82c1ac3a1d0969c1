import { randomBytes } from 'node:crypto';
import { TwofoldError, impossible, type Offset, type RowSelection, type ViewRow } from '@twofold/core';
import type { RecordPair, SealedStep, SpeedCommit, SpeedRecord, SpeedRecordId, SpeedViewStore } from '@twofold/ports';
import { groupNameOf, groupRange, valueText } from './group-name.js';
import { LOAD, READ, READ_SEALED, READ_SEALED_KEYS } from './read-scripts.js';
import { RedisConnection, type RedisOptions } from './redis-connection.js';
import { cellsByGroup, recordOf, rowsOf, asideText } from './stored-rows.js';
import { COMMIT, DROP_SEALED, REMOVE, RESET, SEAL, SWEEP } from './write-scripts.js';

/** Rows of one commit: it holds the store for some 300 ms, and stays under the 1,048,576 arguments that Redis takes. */
const MAX_COMMIT_ROWS = 100_000;
/** Rows of one step of loading, or of reading sealed epochs: it holds the store for some 25 ms. */
const STEP_ROWS = 10_000;
/** Another writer may move the record on between two steps; one that keeps doing so is alive and needs no successor. */
const LOAD_ATTEMPTS = 5;
/** Windows asked for one by one (HMGET); beyond, the whole hash costs less. */
const FEW_WINDOWS = 64;
/** Groups freed in one step: some milliseconds. */
const SWEEP_GROUPS = 500;

/**
 * The real-time views in Redis. Everything of one record stands in one hash slot, so that each write is one
 * script; see script.ts for the layout.
 */
export class RedisSpeedViewStore implements SpeedViewStore {
  private constructor(
    private readonly redis: RedisConnection,
    private readonly namespace: string,
  ) {}

  /** @throws TwofoldError `store-unavailable`; `invalid-configuration` where Redis may evict keys (rule 11) */
  static async connect(options: RedisOptions & { readonly namespace?: string }): Promise<RedisSpeedViewStore> {
    return new RedisSpeedViewStore(await RedisConnection.open(options), options.namespace ?? 'twofold');
  }

  async load(id: SpeedRecordId): Promise<Loaded | null> {
    for (let attempt = 0; attempt < LOAD_ATTEMPTS; attempt++) {
      const loaded = await this.loadUnlessMoved(id);
      if (loaded !== 'moved') return loaded;
    }
    throw new TwofoldError(
      'store-unavailable',
      `the speed record of ${id.view.name} is written faster than it can be loaded: another worker has it`,
    );
  }

  async probe(id: SpeedRecordId): Promise<RecordPair | null> {
    const [applied, epochs] = await this.redis.fields(this.keyOf(id), ['applied', 'epochs']);
    if (typeof applied !== 'string' || typeof epochs !== 'string') return null;
    return { applied: Number(applied), openStart: Number(epochs.slice(epochs.lastIndexOf(';') + 1).split(',')[0]) };
  }

  async commit(id: SpeedRecordId, expected: RecordPair, change: SpeedCommit): Promise<boolean> {
    if (change.rows.length > MAX_COMMIT_ROWS) impossible(`a commit of ${change.rows.length} rows`);
    const args = [...pairText(expected), `${change.applied}`, `${change.appliedAtMs ?? ''}`, asideText(change)];
    for (const [group, cells] of cellsByGroup(change.rows)) {
      args.push(group, `${cells.length}`);
      for (const cell of cells) args.push(cell);
    }
    return (await this.redis.run(COMMIT, this.keyOf(id), args)) === 1;
  }

  async seal(id: SpeedRecordId, expected: RecordPair): Promise<boolean> {
    return (await this.redis.run(SEAL, this.keyOf(id), [...pairText(expected), newEpochId()])) === 1;
  }

  async reset(id: SpeedRecordId, expected: RecordPair | null, cut: Offset): Promise<boolean> {
    const pair = expected === null ? ['', ''] : pairText(expected);
    return (await this.redis.run(RESET, this.keyOf(id), [...pair, `${cut}`, newEpochId()])) === 1;
  }

  async dropSealed(id: SpeedRecordId, cut: Offset): Promise<number> {
    return Number(await this.redis.run(DROP_SEALED, this.keyOf(id), [`${cut}`]));
  }

  async remove(id: SpeedRecordId): Promise<void> {
    await this.redis.run(REMOVE, this.keyOf(id), []);
  }

  async sweep(id: SpeedRecordId): Promise<void> {
    while ((await this.redis.run(SWEEP, this.keyOf(id), [`${SWEEP_GROUPS}`])) === 1);
  }

  async read(
    id: SpeedRecordId,
    from: Offset,
    selection: RowSelection,
    maxRows: number,
  ): Promise<{ readonly record: SpeedRecord; readonly rows: readonly ViewRow[] } | null> {
    const reply = await this.redis.run(READ, this.keyOf(id), selectionText(from, selection, maxRows));
    if (reply === null) return null;
    if (!Array.isArray(reply)) {
      throw new TwofoldError(
        'answer-too-large',
        `more than ${maxRows} rows of the speed view are selected; narrow the filter or the range, or ask again when the next generation is published`,
      );
    }
    const [applied, appliedAtMs, epochs, ...groups] = reply as [string, string, string, ...unknown[]];
    return { record: recordOf(applied, appliedAtMs, epochs), rows: rowsOf(groups) };
  }

  async readSealed(id: SpeedRecordId, from: Offset, to: Offset, after: string | null): Promise<SealedStep | null> {
    const [epoch = '', ...groups] = (after ?? '').split(AFTER_EPOCH);
    const least = after === null ? '-' : `(${groups.join(AFTER_EPOCH)}`;
    const reply = await this.redis.run(READ_SEALED, this.keyOf(id), [`${from}`, `${to}`, epoch, least, `${STEP_ROWS}`]);
    if (reply === null) return null;
    const [applied, appliedAtMs, epochs, last, group, ...rows] = reply as SealedReply;
    const next = last === '' ? null : `${last}${AFTER_EPOCH}${group}`;
    return { record: recordOf(applied, appliedAtMs, epochs), rows: rowsOf(rows), next };
  }

  async readSealedKeys(
    id: SpeedRecordId,
    from: Offset,
    to: Offset,
    keys: readonly Pick<ViewRow, 'dimensions' | 'window'>[],
  ): Promise<{ readonly record: SpeedRecord; readonly rows: readonly ViewRow[] } | null> {
    const wanted = keys.flatMap(({ dimensions, window }) => [groupNameOf(dimensions), `${window}`]);
    const reply = await this.redis.run(READ_SEALED_KEYS, this.keyOf(id), [`${from}`, `${to}`, ...wanted]);
    if (reply === null) return null;
    const [applied, appliedAtMs, epochs, ...groups] = reply as [string, string, string, ...unknown[]];
    return { record: recordOf(applied, appliedAtMs, epochs), rows: rowsOf(groups) };
  }

  close(): Promise<void> {
    return this.redis.close();
  }

  /**
   * In steps, so that a large epoch does not hold the store for long. Each step makes sure that the open epoch is as in the
   * first: its id and what is applied name its rows (rule 1). 'moved' where it is not.
   */
  private async loadUnlessMoved(id: SpeedRecordId): Promise<Loaded | null | 'moved'> {
    const openRows: ViewRow[] = [];
    for (let at: readonly string[] = ['', '', '-']; ;) {
      const reply = await this.redis.run(LOAD, this.keyOf(id), [...at, `${STEP_ROWS}`]);
      if (!Array.isArray(reply)) return reply === null ? null : 'moved';
      const [applied, appliedAtMs, epochs, openId, next, ...groups] = reply as LoadStep;
      for (const row of rowsOf(groups)) openRows.push(row);
      if (next === '') return { record: recordOf(applied, appliedAtMs, epochs), openRows };
      at = [applied, openId, next];
    }
  }

  private keyOf({ view, partition: { stream, partition } }: SpeedRecordId): string {
    return `${this.namespace}:{${stream}:${partition}}:${view.name}@${view.version}`;
  }
}

type Loaded = { readonly record: SpeedRecord; readonly openRows: readonly ViewRow[] };

type LoadStep = [applied: string, appliedAtMs: string, epochs: string, openId: string, next: string, ...unknown[]];

/** `last`: the epoch that the step ended in, '' where it came to the end; `group`: the last group of it. */
type SealedReply = [applied: string, appliedAtMs: string, epochs: string, last: string, group: string, ...unknown[]];

/** Between an epoch's id, which never has it, and the name of a group. */
const AFTER_EPOCH = ' ';

/** Never used twice: 96 random bits. */
const newEpochId = (): string => randomBytes(12).toString('base64url');

const pairText = ({ applied, openStart }: RecordPair): readonly [string, string] => [`${applied}`, `${openStart}`];

function selectionText(
  from: Offset,
  { dimensions, fromWindow, toWindow, windows }: RowSelection,
  maxRows: number,
): readonly string[] {
  const few = windows !== undefined && windows.length <= FEW_WINDOWS ? [windows.length, ...windows] : [-1];
  const wanted = dimensions.flatMap((values) =>
    values === null ? ['-1'] : [`${values.length}`, ...values.map(valueText)],
  );
  return [
    `${from}`,
    `${fromWindow ?? ''}`,
    `${toWindow ?? ''}`,
    `${maxRows}`,
    ...groupRange(dimensions),
    `${dimensions.length}`,
    ...wanted,
    ...few.map(String),
  ];
}
