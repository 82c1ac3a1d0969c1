import {
  TwofoldError,
  currentEvent,
  isWithin,
  naiveView,
  offsetAt,
  partitionName,
  type Offset,
  type Partition,
  type PlainEvent,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { BatchEngine, EventRange } from '@twofold/ports';
import type { InMemoryMasterDataset } from './in-memory-master-dataset.js';

/** Where an event stands, and what it is to the view. */
type ArchivedEvent = Partition & { readonly offset: Offset; readonly read: () => PlainEvent };

/** The reference as a batch engine: the naive view of what the in-memory archive holds in the range. */
export class InMemoryBatchEngine implements BatchEngine {
  readonly name = 'naive';
  readonly givesEachRowOnce = true;

  constructor(private readonly masterDataset: Pick<InMemoryMasterDataset, 'eventsBelow'>) {}

  async *compute(plan: ViewPlan, range: EventRange, stop: AbortSignal): AsyncIterable<readonly ViewRow[]> {
    const events = this.eventsOf(plan, range);
    if (stop.aborted) throw new TwofoldError('conflict', `the computation of ${plan.id.name} was stopped`);
    const rows = namingOverflow(plan, events);
    if (rows.length > 0) yield rows;
  }

  async close(): Promise<void> {}

  private eventsOf({ sources }: ViewPlan, { from, to, windows }: EventRange): readonly ArchivedEvent[] {
    return sources.flatMap(({ event: { type }, versions }) =>
      this.masterDataset
        .eventsBelow(to, type)
        .filter((event) => event.appliedOffset >= offsetAt(from, event) && isWithin(windows, event.timeMs))
        .map((event) => ({ ...event, read: () => currentEvent(versions, event.version, event.values, event) })),
    );
  }
}

function namingOverflow(plan: ViewPlan, events: readonly ArchivedEvent[]): readonly ViewRow[] {
  const viewOf = (some: readonly ArchivedEvent[]): readonly ViewRow[] =>
    naiveView(
      plan,
      some.map(({ read }) => read()),
    );
  try {
    return viewOf(events);
  } catch (error) {
    const one = events.find((event) => fails(() => viewOf([event])));
    if (one === undefined) throw error;
    const place = `${partitionName(one)}, offset ${one.offset}`;
    throw new TwofoldError('overflow', `${plan.id.name}: arithmetic leaves 64 bits of the event at ${place}`);
  }
}

function fails(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (error instanceof TwofoldError && error.code === 'overflow') return true;
    throw error;
  }
}
