import { randomBytes } from 'node:crypto';
import { TwofoldError, decodeParts, encodeParts, type Offset, type RowSelection, type ViewRow } from '@twofold/core';
import type { RecordPair, SpeedCommit, SpeedRecord, SpeedRecordId, SpeedViewStore } from '@twofold/ports';
import { dimensionsIn, groupNameOf, groupRange, valueText } from './group-name.js';
import { RedisConnection, type RedisOptions } from './redis-connection.js';
import { COMMIT, DROP_SEALED, READ, RESET, SEAL, SWEEP } from './scripts.js';

/** Groups freed in one step: some milliseconds. */
const SWEEP_GROUPS = 500;

/**
 * The real-time views in Redis (DESIGN 6). Everything of one record stands in one hash slot, so that each write is one
 * script; see scripts.ts for the layout. A call that rejects with `store-unavailable` may or may not have been carried
 * out: load the record again.
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

  async load(
    id: SpeedRecordId,
  ): Promise<{ readonly record: SpeedRecord; readonly openRows: readonly ViewRow[] } | null> {
    for (;;) {
      const pair = await this.probe(id);
      if (pair === null) return null;
      const loaded = await this.read(id, pair.openStart, EVERYTHING, Number.MAX_SAFE_INTEGER);
      if (loaded?.record.epochs.at(-1)?.start === pair.openStart)
        return { record: loaded.record, openRows: loaded.rows };
    }
  }

  async probe(id: SpeedRecordId): Promise<RecordPair | null> {
    const [applied, epochs] = await this.redis.fields(this.keyOf(id), ['applied', 'epochs']);
    if (typeof applied !== 'string' || typeof epochs !== 'string') return null;
    return { applied: Number(applied), openStart: Number(epochs.slice(epochs.lastIndexOf(';') + 1).split(',')[0]) };
  }

  async commit(id: SpeedRecordId, expected: RecordPair, change: SpeedCommit): Promise<boolean> {
    const args = [...pairText(expected), `${change.applied}`, `${change.appliedAtMs ?? ''}`, `${change.deadLetters}`];
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

  close(): Promise<void> {
    return this.redis.close();
  }

  private keyOf({ view, partition: { stream, partition } }: SpeedRecordId): string {
    return `${this.namespace}:{${stream}:${partition}}:${view.name}@${view.version}`;
  }
}

const EVERYTHING: RowSelection = { dimensions: [], fromWindow: null, toWindow: null };

/** Never used twice: 96 random bits. */
const newEpochId = (): string => randomBytes(12).toString('base64url');

const pairText = ({ applied, openStart }: RecordPair): readonly [string, string] => [`${applied}`, `${openStart}`];

/** Window and parts of each row, one after the other, by the name of its group. */
function cellsByGroup(rows: readonly ViewRow[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const row of rows) {
    const name = groupNameOf(row.dimensions);
    const cells = groups.get(name);
    if (cells === undefined) groups.set(name, [`${row.window}`, encodeParts(row.parts)]);
    else cells.push(`${row.window}`, encodeParts(row.parts));
  }
  return groups;
}

function selectionText(
  from: Offset,
  { dimensions, fromWindow, toWindow }: RowSelection,
  maxRows: number,
): readonly string[] {
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
  ];
}

function recordOf(applied: string, appliedAtMs: string, epochs: string): SpeedRecord {
  return {
    applied: Number(applied),
    appliedAtMs: appliedAtMs === '' ? null : Number(appliedAtMs),
    epochs: epochs.split(';').map((text) => {
      const [start, end, deadLetters] = text.split(',');
      return { start: Number(start), end: end === '' ? null : Number(end), deadLetters: Number(deadLetters) };
    }),
  };
}

function rowsOf(groups: readonly unknown[]): readonly ViewRow[] {
  const rows: ViewRow[] = [];
  for (let index = 0; index < groups.length; index += 2) {
    const dimensions = dimensionsIn(String(groups[index]));
    const cells = groups[index + 1] as readonly string[];
    for (let cell = 0; cell < cells.length; cell += 2) {
      rows.push({ dimensions, window: Number(cells[cell]), parts: decodeParts(cells[cell + 1] ?? '[]') });
    }
  }
  return rows;
}
