import type { LogRecord, Offset, Partition } from '@twofold/core';
import type { EventBatch } from '@twofold/ports';
import { RecordCursor } from './record-cursor.js';
import type { RecordRun } from './record-run.js';
import type { RecordRuns } from './record-runs.js';

/** Records as they were fetched, decoded only as far as a visitor asks. Holds the fetched bytes until it is let go. */
export class FetchedBatch implements EventBatch {
  readonly nextOffset: Offset;
  readonly recordCount: number;
  readonly lastAppendedAtMs: number | null;
  private readonly runs: readonly RecordRun[];

  constructor(
    readonly partition: Partition,
    { runs, nextOffset }: RecordRuns,
    private readonly from: Offset,
    private readonly below: Offset,
  ) {
    this.runs = runs;
    this.nextOffset = nextOffset;
    let count = 0;
    let last: number | null = null;
    for (const run of runs) {
      const seen = this.measure(run);
      count += seen.count;
      last = seen.lastAppendedAtMs ?? last;
    }
    this.recordCount = count;
    this.lastAppendedAtMs = last;
  }

  forEach(visit: (record: LogRecord) => void): void {
    const [first] = this.runs;
    if (first === undefined) return;
    const { from, below } = this;
    const cursor = new RecordCursor(first);
    for (const run of this.runs) {
      cursor.enter(run);
      while (cursor.next()) if (cursor.offset >= from && cursor.offset < below) visit(cursor);
    }
  }

  /** A batch wholly inside the range says in its header what it holds; another is walked through. */
  private measure(run: RecordRun): { readonly count: number; readonly lastAppendedAtMs: number | null } {
    if (run.appendTimeMs !== null && run.baseOffset >= this.from && run.lastOffset < this.below) {
      return { count: run.count, lastAppendedAtMs: run.appendTimeMs };
    }
    const cursor = new RecordCursor(run);
    let count = 0;
    let lastAppendedAtMs: number | null = null;
    while (cursor.next()) {
      if (cursor.offset < this.from || cursor.offset >= this.below) continue;
      count++;
      lastAppendedAtMs = cursor.appendedAtMs;
    }
    return { count, lastAppendedAtMs };
  }
}
