import type { Partition } from '../answer/offset-vector.js';
import type { Scalar } from '../events/data-type.js';
import { decodeParts, encodeParts } from '../views/view-row.js';
import { scalarFromSql, type HeldState, type PartAlgebra, type Present } from './part-algebra.js';
import type { Part, Place } from './part.js';
import { comparePlaces } from './place.js';

type PlacePart = Part & { readonly kind: 'argmin' | 'argmax' };

/** A value and the event that it is of. */
export type PlacedValue = { readonly place: Place; readonly value: Present };

/** Canonical text: `[time, stream, partition, offset, value]`, JSON. */
export const encodePlacedValue = ({ place, value }: PlacedValue): string =>
  encodeParts([place.timeMs, place.stream, place.partition, place.offset, value]);

export function decodePlacedValue(state: string): PlacedValue {
  const [timeMs, stream, partition, offset, value = null] = decodeParts(state);
  return {
    place: {
      timeMs: Number(timeMs),
      stream: String(stream),
      partition: Number(partition),
      offset: Number(offset),
    },
    value: value as Present,
  };
}

/** The value at the least or the greatest place. A place is one event's, so no two values stand at one. */
export const placePart: PartAlgebra<PlacePart> = {
  identity: null,
  lift: (_part, value, place) => encodePlacedValue({ place, value }),
  combine({ kind }, states) {
    const placed = states.flatMap((state) => (state === null ? [] : [decodePlacedValue(String(state))]));
    const [first, ...others] = placed;
    if (first === undefined) return null;
    const isBefore = (a: PlacedValue, b: PlacedValue): boolean =>
      kind === 'argmin' ? comparePlaces(a.place, b.place) < 0 : comparePlaces(a.place, b.place) > 0;
    return encodePlacedValue(others.reduce((found, other) => (isBefore(other, found) ? other : found), first));
  },
  inFold: {
    kind: 'held',
    hold:
      ({ kind }, partition) =>
      (state) =>
        new HeldValue(kind, partition, state),
  },
  sql: {
    // structs compare member by member, and text by code point
    duckdb: ({ kind }, of) =>
      `${kind === 'argmin' ? 'min' : 'max'}({'t': "event_time", 's': "stream", 'p': "partition", 'o': "offset", 'v': ${of}}) FILTER (${of} IS NOT NULL)`,
  },
  stateFromSql(_part, found) {
    if (found === null) return null;
    const { t = 0, s = '', p = 0, o = 0, v = null } = found as Readonly<Record<'t' | 's' | 'p' | 'o' | 'v', Scalar>>;
    const place = { timeMs: Number(t), stream: String(s), partition: Number(p), offset: Number(o) };
    return encodePlacedValue({ place, value: scalarFromSql(v) as Present });
  },
};

/** Of one partition, whose offsets only grow; but what is taken up may be of any. */
class HeldValue implements HeldState {
  private held: PlacedValue | null;

  constructor(
    private readonly kind: PlacePart['kind'],
    private readonly partition: Partition,
    state: Scalar,
  ) {
    this.held = state === null ? null : decodePlacedValue(String(state));
  }

  take(value: Present, timeMs: number, offset: number): void {
    const { held } = this;
    if (held !== null) {
      const { timeMs: heldMs } = held.place;
      if (this.kind === 'argmin' ? timeMs > heldMs : timeMs < heldMs) return;
    }
    const { stream, partition } = this.partition;
    const place = { timeMs, stream, partition, offset };
    if (held !== null && timeMs === held.place.timeMs) {
      const order = comparePlaces(place, held.place);
      if (this.kind === 'argmin' ? order > 0 : order < 0) return;
    }
    this.held = { place, value };
  }

  state(): Scalar {
    return this.held === null ? null : encodePlacedValue(this.held);
  }
}
