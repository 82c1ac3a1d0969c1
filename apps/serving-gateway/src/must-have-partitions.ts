import { partitionsChanged, type Offset, type ViewPlan } from '@twofold/core';
import type { BatchViewStore } from '@twofold/ports';

/**
 * A check for readiness: streams have the partitions that answers are made of. A log that cannot be asked is no reason:
 * answers go on without it.
 *
 * @throws TwofoldError `partitions-changed`
 */
export async function mustHavePartitions(
  views: readonly ViewPlan[],
  heads: (stream: string) => Promise<readonly Offset[] | null>,
  batchViews: Pick<BatchViewStore, 'published'>,
): Promise<void> {
  for (const stream of new Set(views.flatMap(({ streams }) => streams))) {
    const view = views.find(({ streams }) => streams.includes(stream));
    const generation = view === undefined ? null : await batchViews.published(view.id);
    const before = generation?.cut[stream]?.length;
    const now = (await heads(stream))?.length;
    if (before !== undefined && now !== undefined && before !== now) throw partitionsChanged(stream, before, now);
  }
}
