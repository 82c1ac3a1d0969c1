import type { Partition } from '@twofold/core';
import type { EventLogReader, SpeedViewStore, StoredVersion, ViewVersions } from '@twofold/ports';

export type RemovePorts = {
  readonly versions: Pick<ViewVersions, 'forget'>;
  readonly speedViews: Pick<SpeedViewStore, 'remove' | 'sweep'>;
  readonly log: Pick<EventLogReader, 'bounds'>;
};

/**
 * Deletes all that a version left which is being removed: its speed records first, then what Postgres has of it, in one step. Nobody folds
 * it any more, and a worker that has not heard so yet takes away what it may still begin (`HeldSpeedView.leave`). Killed anywhere: it is
 * still being removed, and the next call goes on.
 */
export async function removeVersion({ versions, speedViews, log }: RemovePorts, version: StoredVersion): Promise<void> {
  const streams = new Set(version.definition.from.map(({ stream }) => stream));
  for (const stream of streams) {
    const { end } = await log.bounds(stream);
    for (const place of end.map((_, partition): Partition => ({ stream, partition }))) {
      const id = { view: version.view, partition: place };
      await speedViews.remove(id);
      await speedViews.sweep(id);
    }
  }
  await versions.forget(version.view);
}
