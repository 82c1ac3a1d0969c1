import { TwofoldError, currentEvent, isWithin, naiveView, offsetAt, type ViewPlan, type ViewRow } from '@twofold/core';
import type { BatchEngine, EventRange } from '@twofold/ports';
import type { InMemoryMasterDataset } from './in-memory-master-dataset.js';

/** The reference as a batch engine: the naive view of what the in-memory archive holds in the range. */
export class InMemoryBatchEngine implements BatchEngine {
  readonly name = 'naive';
  readonly givesEachRowOnce = true;

  constructor(private readonly masterDataset: Pick<InMemoryMasterDataset, 'eventsBelow'>) {}

  async *compute(
    plan: ViewPlan,
    { from, to, windows }: EventRange,
    stop: AbortSignal,
  ): AsyncIterable<readonly ViewRow[]> {
    const events = plan.sources.flatMap((source) =>
      this.masterDataset
        .eventsBelow(to, source.event.type)
        .filter((event) => event.appliedOffset >= offsetAt(from, event) && isWithin(windows, event.timeMs))
        .map((event) => currentEvent(source.versions, event.version, event.values, event)),
    );
    if (stop.aborted) throw new TwofoldError('conflict', `the computation of ${plan.id.name} was stopped`);
    yield naiveView(plan, events);
  }

  async close(): Promise<void> {}
}
