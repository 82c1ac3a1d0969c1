import {
  PlainRecord,
  RecordDecoder,
  type EventType,
  type LiveView,
  type Offset,
  type Partition,
  type StreamDefinition,
} from '@twofold/core';
import type { DeadLetters, EventBatch, EventLogReader } from '@twofold/ports';
import { handOverToArchive, isStranding } from './hand-over-to-archive.js';
import type { HeldSpeedView, SpeedViewPorts } from './held-speed-view.js';
import { HeldViews } from './held-views.js';
import { JudgedPartition } from './judged-partition.js';

export type FoldPorts = SpeedViewPorts & {
  readonly log: EventLogReader;
  readonly deadLetters: Pick<DeadLetters, 'lastState'>;
};

export type FoldAssignment = {
  readonly partition: Partition;
  /** The versions of views that live, as they are now: it is asked again and again. */
  readonly views: () => readonly LiveView[];
  /** The catalog's event types. */
  readonly events: readonly EventType[];
  /** The partition's. */
  readonly stream: StreamDefinition;
};

/** One fetch: at most about 20,000 events, folded in some 30 ms; it bounds a commit, and with it how long the store is busy. */
const FETCH_BYTES = 6 * 1024 * 1024;
/** How long an idle partition waits for an event before it looks at boundaries and its record again. */
const IDLE_WAIT_MS = 500;
/** After a failure of the log or the store: long enough not to storm it, short against any outage. */
const RETRY_PAUSE_MS = 500;

/**
 * Folds the tail of one partition into its views' speed records, exactly once each, until told to stop.
 *
 * Killed anywhere, every record is the fold of a prefix, and the next worker goes on from it. Two workers on one
 * partition do no harm: a commit is conditional on the record being as its worker knows it (docs/architecture.md, rules 1–5).
 * The log, the store and the boundaries may each be away for a time: it says so through `report`, and goes on by itself.
 */
export async function foldIntoSpeedViews(
  ports: FoldPorts,
  { partition, views, events, stream }: FoldAssignment,
  stop: AbortSignal,
): Promise<void> {
  const tail = new Tail(ports.log, partition, stop);
  const decoder = new RecordDecoder(events);
  const judged = new JudgedPartition(ports, partition, decoder, stream, null);
  const held = new HeldViews(ports, partition, events, decoder);
  /** Whether the log does not have what is to be folded next, or what that is judged by. */
  let isStranded = false;

  while (!stop.aborted) {
    try {
      // first, or they would propose where they stand, and a generation would be built for nothing
      if (isStranded) {
        await tail.settle();
        await handOverToArchive(
          ports,
          partition,
          held.all.map(({ id }) => id),
          stream.duplicates,
        );
      }
      await held.keepUp(views().filter(({ plan }) => plan.streams.includes(partition.stream)));
      for (const view of held.all) await view.attend();
      const folding = held.all.filter((view) => view.isFolding);
      if (folding.length === 0) {
        await ports.clock.wait(RETRY_PAUSE_MS, stop);
        continue;
      }
      const from = Math.min(...folding.map((view) => view.foldedTo));
      if (!judged.standsAt(from)) {
        await tail.settle();
        await judged.goTo(from, stop);
        if (stop.aborted) break; // it is not ready, and a batch may be in hand
      }
      const batch = await tail.from(from);
      isStranded = false;
      foldBatch(batch, from, folding, judged, decoder);
      for (const view of folding) await view.commit();
      ports.report.folded(partition, from, batch.nextOffset);
    } catch (error) {
      ports.report.trouble(partition, error);
      if (isStranding(error)) isStranded = true;
      tail.forget();
      for (const view of held.all) view.discard();
      await ports.clock.wait(RETRY_PAUSE_MS, stop);
    }
  }
  for (const view of held.all) await view.settle();
}

/** Each view takes the records from where it is, up to the boundary that it must not fold past. From `from` on all are judged, once. */
function foldBatch(
  batch: EventBatch,
  from: Offset,
  views: readonly HeldSpeedView[],
  judged: JudgedPartition,
  decoder: RecordDecoder,
): void {
  batch.forEach((record) => {
    if (record.offset < from) return;
    const judgement = judged.judge(record);
    if (judgement.released.length === 0) {
      for (const view of views) if (view.takes(record.offset)) view.fold(record, judgement);
      return;
    }
    const taking = views.filter((view) => view.takes(record.offset));
    for (const view of taking) view.fold(record, judgement);
    for (const waited of judgement.released) {
      const released = new PlainRecord(waited);
      decoder.decode(released);
      for (const view of taking) view.foldReleased(released);
    }
  });
  for (const view of views) view.passTo(batch.nextOffset);
  judged.passTo(batch.nextOffset);
}

/** No offset: a fetch whose result nobody wants. */
const NOWHERE = -1;

/** The batches of a partition in order, the next one already being fetched while one is folded. */
class Tail {
  private current: { readonly from: number; readonly batch: EventBatch } | null = null;
  private ahead: { readonly from: number; readonly batch: Promise<EventBatch> } | null = null;

  constructor(
    private readonly log: EventLogReader,
    private readonly partition: Partition,
    private readonly stop: AbortSignal,
  ) {}

  /** A batch that has what stands at `offset`: the one in hand if it reaches there, else the next. */
  async from(offset: number): Promise<EventBatch> {
    if (this.current !== null && this.current.from <= offset && offset < this.current.batch.nextOffset)
      return this.current.batch;
    const ahead = this.ahead;
    this.ahead = null;
    const fetched = await ahead?.batch.catch((error: unknown) => {
      if (ahead.from === offset) throw error;
      return undefined;
    });
    const batch = ahead?.from === offset && fetched !== undefined ? fetched : await this.read(offset);
    this.current = { from: offset, batch };
    if (batch.recordCount > 0) this.ahead = { from: batch.nextOffset, batch: this.readAhead(batch.nextOffset) };
    return batch;
  }

  /** Until no fetch is under way. */
  async settle(): Promise<void> {
    await this.ahead?.batch.catch(() => undefined);
  }

  /** After a failure: nothing of what was fetched is used. A fetch under way is still awaited, for there is one at a time. */
  forget(): void {
    this.current = null;
    if (this.ahead !== null) this.ahead = { from: NOWHERE, batch: this.ahead.batch };
  }

  private read(from: number): Promise<EventBatch> {
    return this.log.read(this.partition, { from, maxBytes: FETCH_BYTES, waitMs: IDLE_WAIT_MS, signal: this.stop });
  }

  private readAhead(from: number): Promise<EventBatch> {
    const reading = this.read(from);
    reading.catch(() => undefined); // it is awaited by the next `from`, which reports it
    return reading;
  }
}
