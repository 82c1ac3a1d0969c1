import { rowKeyOf, type Offset, type ViewFold, type ViewRow } from '@twofold/core';
import type { Crash, Delivery } from '../generators/cuts.js';
import { headOf, type LoggedEvent } from '../generators/logs.js';
import type { ApplyRecord } from './read-events.js';

/** What is folded: the tail of one partition, and where its epochs start (the first at the generation's cut). */
export type Tail = {
  readonly records: readonly LoggedEvent[];
  readonly starts: readonly Offset[];
  readonly deliveries: readonly Delivery[];
};

/** The rows of each epoch, after all was delivered. */
export type FoldTail = (apply: ApplyRecord, newFold: () => ViewFold, tail: Tail) => readonly (readonly ViewRow[])[];

export type WorkerRules = {
  /** Whether a worker that has applied everything below `applied` folds the record at `offset`. */
  readonly takes: (offset: Offset, applied: Offset) => boolean;
};

/** The folds of a partition's tail by a worker that dies, begins again at what it committed, and is given records twice. */
export const foldTailBy =
  (rules: WorkerRules): FoldTail =>
  (apply, newFold, tail) => {
    const worker = new ModelWorker(apply, newFold, tail, rules);
    for (const { back, count, crash } of tail.deliveries) {
      worker.deliver(Math.max(0, worker.applied - back), worker.applied + count, crash);
    }
    worker.deliver(worker.applied, headOf(tail.records), 'none');
    return worker.epochs();
  };

/** The rules of the cut as far as a single worker needs them: rows are written absolutely, together with the offset. */
class ModelWorker {
  /** What outlives the worker. */
  private readonly record: { applied: Offset; open: number; readonly rows: readonly Map<string, ViewRow>[] };
  /** What does not. */
  private fold: ViewFold;
  private open = 0;
  applied: Offset;

  constructor(
    private readonly apply: ApplyRecord,
    private readonly newFold: () => ViewFold,
    private readonly tail: Tail,
    private readonly rules: WorkerRules,
  ) {
    this.applied = tail.starts[0] ?? 0;
    this.record = { applied: this.applied, open: 0, rows: tail.starts.map(() => new Map()) };
    this.fold = newFold();
  }

  deliver(from: Offset, to: Offset, crash: Crash): void {
    for (const [at, events] of Map.groupBy(this.tail.records, ({ appliedOffset }) => appliedOffset)) {
      if (at < from || at >= to || !this.rules.takes(at, this.applied)) continue;
      while (at >= (this.tail.starts[this.open + 1] ?? Infinity)) this.seal();
      for (const event of events) this.apply(this.fold, event);
      this.applied = Math.max(this.applied, at + 1);
    }
    if (crash !== 'before-commit') this.commit();
    if (crash !== 'none') this.reload();
  }

  epochs(): readonly (readonly ViewRow[])[] {
    return this.record.rows.map((rows) => [...rows.values()]);
  }

  private commit(): void {
    for (const row of this.fold.takeChanged()) this.record.rows[this.open]?.set(rowKeyOf(row), row);
    this.record.applied = this.applied;
    this.record.open = this.open;
  }

  private seal(): void {
    this.commit();
    this.open += 1;
    this.record.open = this.open;
    this.fold = this.newFold();
  }

  private reload(): void {
    this.fold = this.newFold();
    this.fold.restore([...(this.record.rows[this.record.open]?.values() ?? [])]);
    this.open = this.record.open;
    this.applied = this.record.applied;
  }
}
