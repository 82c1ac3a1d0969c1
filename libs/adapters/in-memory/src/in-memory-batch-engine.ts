import { currentEvent, naiveView, type OffsetVector, type ViewPlan, type ViewRow } from '@twofold/core';
import type { BatchEngine } from '@twofold/ports';
import type { InMemoryMasterDataset } from './in-memory-master-dataset.js';

/** The reference as a batch engine: the naive view of what the in-memory archive holds below the cut. */
export class InMemoryBatchEngine implements BatchEngine {
  readonly name = 'naive';

  constructor(private readonly masterDataset: Pick<InMemoryMasterDataset, 'eventsBelow'>) {}

  async *compute(plan: ViewPlan, cut: OffsetVector): AsyncIterable<readonly ViewRow[]> {
    const events = plan.sources.flatMap((source) =>
      this.masterDataset
        .eventsBelow(cut, source.event.type)
        .map((event) => currentEvent(source.versions, event.version, event.values, event)),
    );
    yield naiveView(plan, events);
  }

  async close(): Promise<void> {}
}
