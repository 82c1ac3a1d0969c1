import { TwofoldError, type DuplicatesWindow, type Offset, type Partition, type ViewId } from '@twofold/core';
import type { Boundaries, EventLogReader, SpeedViewStore } from '@twofold/ports';
import { hasWindow } from './whole-window.js';

export type HandOverPorts = {
  readonly log: Pick<EventLogReader, 'bounds' | 'read'>;
  readonly speedViews: Pick<SpeedViewStore, 'probe'>;
  readonly boundaries: Pick<Boundaries, 'requestedCut' | 'propose'>;
};

export const isStranding = (error: unknown): boolean =>
  error instanceof TwofoldError && (error.code === 'offset-out-of-range' || error.code === 'window-truncated');

/**
 * What retention has taken from the log a worker can neither fold nor judge others by, but the archive has it. So where a record
 * stands below the start of the log, or too near above it to know duplicates, the end of the log is proposed as the boundary of
 * the cut that is asked for: the generation of that cut is computed from the archive, and once it is published the record begins
 * anew there (rule 5). At the end the log has the most of the window; where that is not all, answers go from cut to cut.
 *
 * Never past what nobody has: a generation waits until the archive has reached its cut, and where retention was faster than
 * the archive that is never; then answers stay where they are, and whoever folds or archives says why.
 *
 * Killed anywhere: a boundary stands or not; the next worker to be out of range proposes again.
 */
export async function handOverToArchive(
  { log, speedViews, boundaries }: HandOverPorts,
  partition: Partition,
  views: readonly ViewId[],
  window: DuplicatesWindow,
): Promise<void> {
  const { start, end } = await log.bounds(partition.stream);
  const begins: Offset = start[partition.partition] ?? 0;
  const ends: Offset = end[partition.partition] ?? 0;
  for (const id of views) {
    const record = await speedViews.probe({ view: id, partition });
    if (record === null || (await hasWindow(log, partition, window, begins, record.applied))) continue;
    const requested = await boundaries.requestedCut(id);
    if (requested !== null) await boundaries.propose(id, requested, partition, ends);
  }
}
