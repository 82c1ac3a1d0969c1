import type { Offset, Partition } from '@twofold/core';
import { InMemoryEventLog } from '@twofold/in-memory';
import type { Appended, EventBatch, OutgoingEvent, OutgoingRecord, ReadOptions } from '@twofold/ports';
import type { Random } from './random.js';
import type { Content } from './sales.js';
import type { Scheduler } from './scheduler.js';

/** A fetch has a few records, so that there are many. */
const FETCH_BYTES = { low: 1, high: 250 };
/** How often an offset that holds nothing to read follows, as after a transaction. */
const GAP = 0.05;
const WAKE_MS = 0.01;
const ABORTED = AbortSignal.abort();

export type OnAppended = (content: Content, place: Partition, offset: Offset, atMs: number) => void;

/** The log in memory, which waits for records in virtual time. */
export class TailedLog extends InMemoryEventLog {
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly time: { now(): number },
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly onAppended: OnAppended,
    private readonly onGap: (place: Partition) => void,
  ) {
    super(time);
  }

  override async append(stream: string, events: readonly OutgoingEvent[]): Promise<readonly Appended[]> {
    const places = await super.append(stream, events);
    places.forEach(({ partition, offset }, index) => {
      const event = events[index];
      const headers = Object.entries(event?.headers ?? {});
      if (event !== undefined) this.onAppended({ ...event, headers }, { stream, partition }, offset, this.time.now());
    });
    if (places[0] !== undefined) this.goOn({ stream, partition: places[0].partition });
    return places;
  }

  override async appendTo(partition: Partition, records: readonly OutgoingRecord[]): Promise<readonly Offset[]> {
    const { stream, partition: number } = partition;
    const offsets = await super.appendTo(partition, records);
    offsets.forEach((offset, index) => {
      const record = records[index];
      if (record !== undefined) this.onAppended(record, { stream, partition: number }, offset, this.time.now());
    });
    this.goOn({ stream, partition: number });
    return offsets;
  }

  private goOn(place: Partition): void {
    if (this.random.chance(GAP)) {
      this.leaveGap(place, 1);
      this.onGap(place);
    }
    for (const wake of this.waiting) wake();
  }

  override async read(partition: Partition, options: ReadOptions): Promise<EventBatch> {
    if (await this.isAtEnd(partition, options.from)) await this.untilAppended(options.waitMs ?? 0);
    const maxBytes = this.random.whole(FETCH_BYTES.low, FETCH_BYTES.high);
    // An aborted read answers an empty batch, at once.
    const isEmpty = await this.isAtEnd(partition, options.from);
    return super.read(partition, { ...options, ...(isEmpty ? { signal: ABORTED } : {}), maxBytes });
  }

  private async isAtEnd({ stream, partition }: Partition, from: Offset): Promise<boolean> {
    return (await this.bounds(stream)).end[partition] === from;
  }

  private untilAppended(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        if (this.waiting.delete(wake)) this.scheduler.after(WAKE_MS, resolve);
      };
      this.waiting.add(wake);
      this.scheduler.after(waitMs, wake);
    });
  }
}
