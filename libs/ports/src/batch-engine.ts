import type { OffsetVector, ViewPlan, ViewRow } from '@twofold/core';
import type { ArchiveFile } from './master-dataset.js';

/** What computes a generation. */
export interface BatchEngine {
  readonly name: string;
  /**
   * The view's rows for exactly the events below the cut, in chunks, each (dimensions, window) once. `files` are the
   * archive's files of every event type that the view reads. Same rows as the fold, from any engine. Rejects with `overflow`,
   * which names the event, where arithmetic of the view leaves 64 bits. Bounded memory: the engine spills, the chunks stream.
   */
  compute(plan: ViewPlan, cut: OffsetVector, files: readonly ArchiveFile[]): AsyncIterable<readonly ViewRow[]>;
  close(): Promise<void>;
}
