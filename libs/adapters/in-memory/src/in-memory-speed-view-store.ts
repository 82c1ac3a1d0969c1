import {
  TwofoldError,
  groupKeyOf,
  partitionName,
  rowKeyOf,
  NOTHING_ASIDE,
  type Offset,
  type RowSelection,
  type Scalar,
  type ViewRow,
} from '@twofold/core';
import type { RecordPair, SealedStep, SpeedCommit, SpeedRecord, SpeedRecordId, SpeedViewStore } from '@twofold/ports';

type StoredEpoch = {
  readonly start: Offset;
  end: Offset | null;
  deadLetters: number;
  duplicates: number;
  held: number;
  readonly rows: Map<string, ViewRow>;
};
type StoredRecord = { applied: Offset; appliedAtMs: number | null; epochs: StoredEpoch[] };

/** The real-time views in memory, for tests and for reading the contract. It can go back, as a real store may. */
export class InMemorySpeedViewStore implements SpeedViewStore {
  private readonly records = new Map<string, StoredRecord>();

  async load(id: SpeedRecordId): Promise<{ record: SpeedRecord; openRows: readonly ViewRow[] } | null> {
    const stored = this.records.get(nameOf(id));
    return stored === undefined ? null : { record: recordOf(stored), openRows: [...openOf(stored).rows.values()] };
  }

  async probe(id: SpeedRecordId): Promise<RecordPair | null> {
    const stored = this.records.get(nameOf(id));
    return stored === undefined ? null : pairOf(stored);
  }

  async commit(id: SpeedRecordId, expected: RecordPair, change: SpeedCommit): Promise<boolean> {
    const stored = this.at(id, expected);
    if (stored === null) return false;
    const open = openOf(stored);
    for (const row of change.rows) open.rows.set(rowKeyOf(row), row);
    open.deadLetters = change.deadLetters;
    open.duplicates = change.duplicates;
    open.held = change.held;
    stored.applied = change.applied;
    stored.appliedAtMs = change.appliedAtMs;
    return true;
  }

  async seal(id: SpeedRecordId, expected: RecordPair): Promise<boolean> {
    const stored = this.at(id, expected);
    if (stored === null) return false;
    openOf(stored).end = stored.applied;
    stored.epochs.push(emptyEpoch(stored.applied));
    return true;
  }

  async reset(id: SpeedRecordId, expected: RecordPair | null, cut: Offset): Promise<boolean> {
    const matches = expected === null ? !this.records.has(nameOf(id)) : this.at(id, expected) !== null;
    if (matches) this.records.set(nameOf(id), { applied: cut, appliedAtMs: null, epochs: [emptyEpoch(cut)] });
    return matches;
  }

  async dropSealed(id: SpeedRecordId, cut: Offset): Promise<number> {
    const stored = this.records.get(nameOf(id));
    if (stored === undefined) return 0;
    const kept = stored.epochs.filter(({ end }) => end === null || end > cut);
    const dropped = stored.epochs.length - kept.length;
    stored.epochs = kept;
    return dropped;
  }

  async remove(id: SpeedRecordId): Promise<void> {
    this.records.delete(nameOf(id));
  }

  async sweep(_id: SpeedRecordId): Promise<void> {}

  async read(
    id: SpeedRecordId,
    from: Offset,
    selection: RowSelection,
    maxRows: number,
  ): Promise<{ record: SpeedRecord; rows: readonly ViewRow[] } | null> {
    const stored = this.records.get(nameOf(id));
    if (stored === undefined) return null;
    const taken = stored.epochs.filter(({ start }) => start >= from);
    const rows = taken.flatMap((epoch) => [...epoch.rows.values()].filter((row) => isSelected(selection, row)));
    if (rows.length > maxRows) {
      throw new TwofoldError(
        'answer-too-large',
        `more than ${maxRows} rows of the speed view are selected; narrow the filter or the range`,
      );
    }
    return { record: recordOf(stored), rows };
  }

  /** All rows in one step. */
  async readSealed(id: SpeedRecordId, from: Offset, to: Offset): Promise<SealedStep | null> {
    const stored = this.records.get(nameOf(id));
    if (stored === undefined) return null;
    const within = stored.epochs.filter(({ start, end }) => end !== null && start >= from && end <= to);
    return { record: recordOf(stored), rows: within.flatMap((epoch) => [...epoch.rows.values()]), next: null };
  }

  async readSealedKeys(
    id: SpeedRecordId,
    from: Offset,
    to: Offset,
    keys: readonly Pick<ViewRow, 'dimensions' | 'window'>[],
  ): Promise<{ record: SpeedRecord; rows: readonly ViewRow[] } | null> {
    const wanted = new Set(keys.map(rowKeyOf));
    const step = await this.readSealed(id, from, to);
    return step && { record: step.record, rows: step.rows.filter((row) => wanted.has(rowKeyOf(row))) };
  }

  async close(): Promise<void> {}

  /** The record as it is now, for {@link restore}; null where there is none. */
  snapshot(id: SpeedRecordId): StoredRecord | null {
    const stored = this.records.get(nameOf(id));
    return stored === undefined ? null : copyOf(stored);
  }

  /** A fault: the store comes back with an earlier record of this partition, or with none. */
  restore(id: SpeedRecordId, snapshot: StoredRecord | null): void {
    if (snapshot === null) this.records.delete(nameOf(id));
    else this.records.set(nameOf(id), copyOf(snapshot));
  }

  private at(id: SpeedRecordId, expected: RecordPair): StoredRecord | null {
    const stored = this.records.get(nameOf(id));
    if (stored === undefined) return null;
    const { applied, openStart } = pairOf(stored);
    return applied === expected.applied && openStart === expected.openStart ? stored : null;
  }
}

const nameOf = ({ view, partition }: SpeedRecordId): string =>
  `${view.name}@${view.version} ${partitionName(partition)}`;

/** Rows are never changed, only replaced. */
const copyOf = ({ epochs, ...record }: StoredRecord): StoredRecord => ({
  ...record,
  epochs: epochs.map((epoch) => ({ ...epoch, rows: new Map(epoch.rows) })),
});

const emptyEpoch = (start: Offset): StoredEpoch => ({ start, end: null, ...NOTHING_ASIDE, rows: new Map() });

function openOf(stored: StoredRecord): StoredEpoch {
  const open = stored.epochs.at(-1);
  if (open === undefined) throw new Error('impossible: a record without an epoch');
  return open;
}

const pairOf = (stored: StoredRecord): RecordPair => ({ applied: stored.applied, openStart: openOf(stored).start });

const recordOf = ({ applied, appliedAtMs, epochs }: StoredRecord): SpeedRecord => ({
  applied,
  appliedAtMs,
  epochs: epochs.map(({ start, end, deadLetters, duplicates, held }) => ({
    start,
    end,
    deadLetters,
    duplicates,
    held,
  })),
});

/** Whether a row is among the selected ones. */
export function isSelected({ dimensions, fromWindow, toWindow }: RowSelection, row: ViewRow): boolean {
  const isWanted = (wanted: readonly Scalar[] | null, value: Scalar): boolean =>
    wanted === null || wanted.some((candidate) => groupKeyOf([candidate]) === groupKeyOf([value]));
  return (
    (fromWindow === null || row.window >= fromWindow) &&
    (toWindow === null || row.window < toWindow) &&
    dimensions.every((wanted, index) => isWanted(wanted, row.dimensions[index] ?? null))
  );
}
