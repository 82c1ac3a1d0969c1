import {
  TwofoldError,
  evaluate,
  isWithin,
  leavesOf,
  naiveView,
  type EventType,
  type Offset,
  type Partition,
  type PlainEvent,
  type ViewPlan,
  type WindowSpan,
} from '@twofold/core';
import { headOf, type Log, type LoggedEvent } from '../generators/logs.js';

/** What is read of a case: the catalog, and the records of each partition by its index. */
export type LoggedCase = {
  readonly events: readonly EventType[];
  readonly partitions: readonly Partition[];
  readonly log: Log;
};

/** An offset per partition of a case. */
export type Cut = readonly Offset[];

/** Which events of a case: those that apply at offsets in [from, to), and where `windows` says so those of these windows alone. */
export type EventsWithin = { readonly from: Cut; readonly to: Cut; readonly windows: WindowSpan | null };

export const rangeBelow = (to: Cut): EventsWithin => ({ from: to.map(() => 0), to, windows: null });

export const headCutOf = (log: Log): Cut => log.map(headOf);

/** A record of a case: index of its partition, and its offset. */
export type RecordPlace = { readonly partition: number; readonly offset: Offset };

/** A record that overflows: in an upcast of it already, or in the view. */
export type Overflow = RecordPlace & { readonly isOfUpcast: boolean };

/** `event` null: an upcast of it overflows. */
type ReadRecord = RecordPlace & {
  readonly appliedOffset: Offset;
  readonly type: string;
  readonly timeMs: number;
  readonly event: PlainEvent | null;
};

/** The log of a case as the reference reads it: each event brought up version by version, in the plainest way. */
export class NaiveLog {
  readonly head: Cut;
  private readonly records: readonly ReadRecord[];

  constructor({ events, partitions, log }: LoggedCase) {
    this.head = headCutOf(log);
    this.records = log.flatMap((records, index) =>
      records.flatMap((record): readonly ReadRecord[] => {
        const versions = events.filter(({ type }) => type === record.type);
        const version = versions.find((event) => event.version === record.version);
        const partition = partitions[index];
        if (record.verdict.kind !== 'event' || version === undefined || partition === undefined) return [];
        const place = { ...partition, offset: record.offset };
        const event = unlessOverflow(() => broughtUp(record, place, version, versions));
        const { offset, appliedOffset, type, timeMs } = record;
        return [{ partition: index, offset, appliedOffset, type, timeMs, event }];
      }),
    );
  }

  /** The events that a view reads below a cut. None of them may overflow. */
  eventsBelow(plan: ViewPlan, cut: Cut): readonly PlainEvent[] {
    return this.eventsWithin(plan, rangeBelow(cut));
  }

  /** The events that a view reads in a range. None of them may overflow. */
  eventsWithin(plan: ViewPlan, range: EventsWithin): readonly PlainEvent[] {
    return this.readWithin(plan, range).flatMap(({ event }) => (event === null ? [] : [event]));
  }

  /** Of all events that a view reads. */
  timesOf(plan: Pick<ViewPlan, 'sources'>): readonly number[] {
    return this.readWithin(plan, rangeBelow(this.head)).map(({ timeMs }) => timeMs);
  }

  /** The events of a range (default: all) of which the view, or what brings them up to it, leaves 64 bits. */
  overflowing(plan: ViewPlan, range: EventsWithin = rangeBelow(this.head)): readonly Overflow[] {
    return this.readWithin(plan, range).flatMap(({ partition, offset, event }): readonly Overflow[] => {
      if (event === null) return [{ partition, offset, isOfUpcast: true }];
      const isFine = unlessOverflow(() => naiveView(plan, [event])) !== null;
      return isFine ? [] : [{ partition, offset, isOfUpcast: false }];
    });
  }

  private readWithin(
    { sources }: Pick<ViewPlan, 'sources'>,
    { from, to, windows }: EventsWithin,
  ): readonly ReadRecord[] {
    const types = new Set(sources.map(({ event }) => event.type));
    return this.records.filter(
      ({ partition, appliedOffset, type, timeMs }) =>
        appliedOffset >= (from[partition] ?? 0) &&
        appliedOffset < (to[partition] ?? 0) &&
        types.has(type) &&
        isWithin(windows, timeMs),
    );
  }
}

function broughtUp(
  { timeMs, values, type }: LoggedEvent,
  { stream, partition, offset }: { readonly stream: string; readonly partition: number; readonly offset: Offset },
  version: EventType,
  versions: readonly EventType[],
): PlainEvent {
  const data = Object.fromEntries(leavesOf(version).map(({ path }, index) => [path, values[index] ?? null]));
  const event: PlainEvent = { timeMs, stream, partition, offset, type, data };
  const newer = versions.filter((other) => other.version > version.version).sort((a, b) => a.version - b.version);
  return newer.reduce(
    (before, { upcast }) => ({
      ...before,
      data: Object.fromEntries(Object.entries(upcast ?? {}).map(([path, node]) => [path, evaluate(node, before)])),
    }),
    event,
  );
}

function unlessOverflow<T>(compute: () => T): T | null {
  try {
    return compute();
  } catch (error) {
    if (error instanceof TwofoldError && error.code === 'overflow') return null;
    throw error;
  }
}
