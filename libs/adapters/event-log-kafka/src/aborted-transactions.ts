import type { Offset } from '@twofold/core';
import { RecordCursor } from './record-cursor.js';
import type { RecordRun } from './record-run.js';

/** A transaction that was aborted: records of this producer from this offset on, up to its abort marker. */
export type AbortedTransaction = { readonly producerId: bigint; readonly firstOffset: Offset };

/** What the filter looks at in a batch. `control`: its records, when it is a control batch. */
export type BatchOrigin = {
  readonly lastOffset: Offset;
  readonly producerId: bigint;
  readonly isTransactional: boolean;
  readonly control: RecordRun | null;
};

/** The `type` in a control record's key, after two bytes of version: 0 abort, 1 commit. */
const ABORT = 0;

/** Read-committed: says of each batch, in offset order, whether its records count. Kafka's own algorithm (KIP-98). */
export class AbortedTransactions {
  private readonly pending: AbortedTransaction[];
  private readonly active = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    // By first offset, last to first, so that the next to begin is popped.
    this.pending = [...aborted].sort((a, b) => b.firstOffset - a.firstOffset);
  }

  admits(batch: BatchOrigin): boolean {
    for (let next = this.pending.at(-1); next && next.firstOffset <= batch.lastOffset; next = this.pending.at(-1)) {
      this.active.add(next.producerId);
      this.pending.pop();
    }
    if (batch.control !== null) {
      if (isAbort(batch.control)) this.active.delete(batch.producerId);
      return false;
    }
    return !(batch.isTransactional && this.active.has(batch.producerId));
  }
}

function isAbort(control: RecordRun): boolean {
  if (control.count === 0) return false;
  const marker = new RecordCursor(control);
  return marker.next() && marker.controlType() === ABORT;
}
