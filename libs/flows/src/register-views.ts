import { streamsOf, type Catalog } from '@twofold/core';
import type { BatchViewStore, EventLogAdmin } from '@twofold/ports';

export type RegisterPorts = {
  readonly log: Pick<EventLogAdmin, 'ensureStream'>;
  readonly batchViews: Pick<BatchViewStore, 'register' | 'fixStream'>;
};

/**
 * Makes the catalog known: every stream has its partitions, every view version stands in the batch view store.
 * Idempotent; killed anywhere, the next start goes on. `partitions` counts only for streams that are not there yet.
 * Resolves with how many partitions each stream has.
 *
 * @throws TwofoldError `partitions-changed`, `stream-changed` when a stream no longer is as it was registered
 */
export async function registerViews(
  { log, batchViews }: RegisterPorts,
  catalog: Catalog,
  partitions: number,
): Promise<Readonly<Record<string, number>>> {
  const counts = new Map<string, number>();
  for (const stream of streamsOf(catalog)) counts.set(stream, await log.ensureStream(stream, partitions));
  for (const plan of catalog.views) {
    const ofPlan = plan.streams.map((stream) => [stream, counts.get(stream) ?? partitions] as const);
    await batchViews.register(plan, Object.fromEntries(ofPlan));
  }
  const areRead = new Set(catalog.views.flatMap(({ streams }) => streams));
  for (const stream of catalog.streams) if (areRead.has(stream.name)) await batchViews.fixStream(stream);
  return Object.fromEntries(counts);
}
