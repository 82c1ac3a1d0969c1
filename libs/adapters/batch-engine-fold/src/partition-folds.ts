import type { ViewRow } from '@twofold/core';
import type { PartitionWork } from '@twofold/ports';

/** What folds one partition at a time. */
export type PartitionFolds = {
  /**
   * The rows for exactly the events of the work, partial, in chunks. Rejects with `conflict` when `stop` is aborted before the last
   * chunk, and as `BatchEngine.compute` does. Several may be under way at once.
   */
  fold(work: PartitionWork, stop: AbortSignal): AsyncIterable<readonly ViewRow[]>;
  close(): Promise<void>;
};
