import type { Scalar } from '../events/data-type.js';
import { decodeParts, encodeParts } from '../views/view-row.js';
import { compareValues } from './compare-values.js';
import { scalarFromSql, type HeldState, type PartAlgebra, type Present, type SqlValue } from './part-algebra.js';
import { BEYOND, type Part } from './part.js';

type SetPart = Part & { readonly kind: 'set' };

/** Canonical text: the different values in ascending order as a JSON array; {@link BEYOND} once there are more than `atMost`. */
export function encodeSet(values: Iterable<Present>, atMost: number): string {
  const different = [...new Set(values)];
  return different.length > atMost ? BEYOND : encodeParts(different.sort(compareValues));
}

/** null: the set has grown beyond its bound. */
export const decodeSet = (state: string): readonly Present[] | null =>
  state === BEYOND ? null : (decodeParts(state) as readonly Present[]);

/** The different values, as long as they are few. */
export const setPart: PartAlgebra<SetPart> = {
  identity: '[]',
  lift: ({ atMost }, value) => encodeSet([value], atMost),
  combine({ atMost }, states) {
    const sets = states.filter((state) => state !== '[]');
    if (sets.includes(BEYOND)) return BEYOND;
    const [first = '[]', ...others] = sets;
    return others.length === 0
      ? first
      : encodeSet(
          sets.flatMap((state) => decodeSet(String(state)) ?? []),
          atMost,
        );
  },
  inFold: {
    kind: 'held',
    hold:
      ({ atMost }) =>
      (state) =>
        new HeldSet(atMost, state),
  },
  sql: {
    // one more than fits says that it does not, and no more need be handed over
    duckdb: ({ atMost }, of) => `list_slice(list(DISTINCT ${of}) FILTER (${of} IS NOT NULL), 1, ${atMost + 1})`,
  },
  stateFromSql: ({ atMost }, found) =>
    found === null
      ? '[]'
      : encodeSet(
          (found as readonly SqlValue[]).map((value) => scalarFromSql(value) as Present),
          atMost,
        ),
};

/** Values that are equal are the same: text, numbers and booleans are, and bigints by their value. */
class HeldSet implements HeldState {
  /** null: beyond the bound. */
  private values: Set<Present> | null;
  private text: string | null;

  constructor(
    private readonly atMost: number,
    state: Scalar,
  ) {
    this.text = String(state);
    const values = decodeSet(this.text);
    this.values = values === null ? null : new Set(values);
  }

  take(value: Present): void {
    if (this.values === null || this.values.has(value)) return;
    this.values.add(value);
    if (this.values.size > this.atMost) this.values = null;
    this.text = null;
  }

  state(): Scalar {
    this.text ??= this.values === null ? BEYOND : encodeSet(this.values, this.atMost);
    return this.text;
  }
}
