import type { Offset, Partition } from '@twofold/core';
import type { RecordPair, SpeedRecordId } from '@twofold/ports';

/** What a folding worker tells whoever runs it: for logs, health and metrics. Nothing depends on the answer. */
export type FoldReport = {
  /** The offsets [from, to) were offered to the views of the partition. Some of them may have been before: to views that were further, or are folded again. */
  folded(partition: Partition, from: Offset, to: Offset): void;
  /** A record was missing or did not fit, and begins anew at `cut`. */
  repaired(id: SpeedRecordId, was: RecordPair | null, cut: Offset): void;
  /** A view cannot be folded past an event: it stands still there, is tried again later, and its answers say how far they are. */
  halted(id: SpeedRecordId, offset: Offset, error: unknown): void;
  /** The log or a store is away, or an event is of a version yet unknown: the partition waits and tries again. */
  trouble(partition: Partition, error: unknown): void;
};
