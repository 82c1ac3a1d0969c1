import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Scalar, ScalarTypeName } from '../events/data-type.js';
import type { ExpressionNode } from '../views/expression.js';
import { decodeStanding, standingOf } from '../projections/standing.js';
import { decodeParts, encodeParts } from '../views/view-row.js';
import { decodeBuckets, encodeBuckets } from './buckets-part.js';
import { combinePart, identityOf, stateOf } from './combine-parts.js';
import { compareValues } from './compare-values.js';
import { integerOf } from './exact-integer.js';
import type { Present } from './part-algebra.js';
import { partOf } from './part-table.js';
import { BEYOND, type Part, type Place } from './part.js';
import { decodePlacedValue, encodePlacedValue } from './place-part.js';
import { decodeRegisters, encodeRegisters } from './registers-part.js';
import { decodeSet, encodeSet } from './set-part.js';

const fieldOf = (type: ScalarTypeName): ExpressionNode => ({ kind: 'field', name: 'x', type, nullable: true });
const of = fieldOf('int');

const integers = fc
  .oneof(
    fc.integer({ min: -300, max: 300 }),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, 0n, -1n),
  )
  .map((value) => integerOf(BigInt(value)));
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 4 }).map((text) => text.toWellFormed()),
  fc.constantFrom('', '[]', 'beyond', '\u{10000}', '\uffff', '"', '1', 'a,b:c'),
);
const doubles = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
/** States of a projection: some of equally many events, and other all the same. */
const standings = fc
  .tuple(
    fc.integer({ min: 1, max: 12 }),
    fc.oneof(texts, integers.map(String), fc.constantFrom(null, [1], { a: '\0' })),
  )
  .map(([events, state]) => standingOf(events, state).text);
const valuesOf = (type: ScalarTypeName, kind: Part['kind']): fc.Arbitrary<Present> =>
  kind === 'reduced'
    ? standings
    : type === 'string'
      ? texts
      : type === 'boolean'
        ? fc.boolean()
        : type === 'double'
          ? doubles
          : integers;

/** Every kind of part, over types that it can be of. */
const cases: readonly (readonly [name: string, part: Part, type: ScalarTypeName])[] = [
  ['count of events', { kind: 'count', of: null }, 'int'],
  ['count of values', { kind: 'count', of }, 'int'],
  ['sum', { kind: 'sum', of, power: 1 }, 'int'],
  ['sum of squares', { kind: 'sum', of, power: 2 }, 'int'],
  ...(['int', 'string', 'double', 'boolean'] as const).flatMap((type) =>
    (['min', 'max', 'argmin', 'argmax'] as const).map(
      (kind) => [`${kind} of ${type}`, { kind, of: fieldOf(type), type }, type] as const,
    ),
  ),
  ...(['int', 'string', 'boolean'] as const).flatMap((type) => [
    [`set of ${type}`, { kind: 'set', of: fieldOf(type), type, atMost: 4 }, type] as const,
    [`registers of ${type}`, { kind: 'registers', of: fieldOf(type), type }, type] as const,
  ]),
  ['log-linear buckets', { kind: 'buckets', of, type: 'int', index: { kind: 'log-linear' } }, 'int'],
  [
    'buckets by boundaries',
    { kind: 'buckets', of, type: 'int', index: { kind: 'boundaries', boundaries: [-5, 0, 1, '9007199254740993'] } },
    'int',
  ],
  [
    'buckets of doubles',
    {
      kind: 'buckets',
      of: fieldOf('double'),
      type: 'double',
      index: { kind: 'boundaries', boundaries: [-0.5, 0, 1e9] },
    },
    'double',
  ],
  ['the state of a projection', { kind: 'reduced', of }, 'string'],
];

/** A value and where its event stands: each event has an offset of its own. */
type Seen = { readonly value: Present | null; readonly place: Place };
const seenOf = (type: ScalarTypeName, kind: Part['kind']): fc.Arbitrary<readonly Seen[]> =>
  fc
    .array(
      fc.record({
        value: fc.option(valuesOf(type, kind), { freq: 5 }),
        timeMs: fc.integer({ min: -2, max: 2 }),
        stream: fc.constantFrom('a', 'b'),
        partition: fc.integer({ min: 0, max: 1 }),
      }),
      { maxLength: 12 },
    )
    .map((events) =>
      events.map(({ value, ...place }, index) => ({ value, place: { ...place, offset: (index * 7) % 13 } })),
    );

describe.each(cases)('%s', (_name, part, type) => {
  const combine = (a: Scalar, b: Scalar): Scalar => combinePart(part, a, b);
  const total = (seen: readonly Seen[]): Scalar =>
    seen.reduce<Scalar>((state, { value, place }) => combine(state, stateOf(part, value, place)), identityOf(part));
  const splits = fc.tuple(seenOf(type, part.kind), fc.nat(12), fc.nat(12));
  const cutAt = (seen: readonly Seen[], a: number, b: number): readonly (readonly Seen[])[] => {
    const [first, second] = a < b ? [a, b] : [b, a];
    return [seen.slice(0, first), seen.slice(first, second), seen.slice(second)];
  };

  it('is associative and commutative, and its identity changes nothing: the same state by any split', () => {
    fc.assert(
      fc.property(splits, ([seen, first, second]) => {
        const [a = null, b = null, c = null] = cutAt(seen, first, second).map(total);
        expect(combine(combine(a, b), c)).toBe(combine(a, combine(b, c)));
        expect(combine(b, a)).toBe(combine(a, b));
        expect(combine(a, identityOf(part))).toBe(a);
        expect(combine(identityOf(part), a)).toBe(a);
        expect(combine(combine(a, b), c)).toBe(total(seen));
        expect(total([...seen].reverse())).toBe(total(seen));
      }),
    );
  });

  it('is left as it is by a null, unless it counts events', () => {
    const place = { timeMs: 0, stream: 'a', partition: 0, offset: 0 };
    expect(stateOf(part, null, place)).toBe(part.of === null ? 1 : identityOf(part));
  });

  it('comes back from its text as it was', () => {
    fc.assert(
      fc.property(seenOf(type, part.kind), (seen) => {
        const states = [total(seen)];
        expect(decodeParts(encodeParts(states))).toEqual(states);
        expect(recoded(part, states[0] ?? null)).toBe(states[0]);
      }),
    );
  });

  it('is folded as it is combined, also from a state that is taken up', () => {
    const { inFold } = partOf(part.kind);
    if (inFold.kind === 'scalar') return;
    fc.assert(
      fc.property(splits, ([seen, at]) => {
        const partition = { stream: 'a', partition: 1 };
        const [before, after] = [seen.slice(0, at), seen.slice(at)];
        const ofPartition = after.map(({ value, place }) => ({ value, place: { ...place, ...partition } }));
        const held = inFold.hold(part, partition)(total(before));
        for (const { value, place } of ofPartition) if (value !== null) held.take(value, place.timeMs, place.offset);
        expect(held.state()).toBe(total([...before, ...ofPartition]));
        expect(held.state()).toBe(held.state());
      }),
    );
  });
});

/** Decoded and encoded again. */
function recoded(part: Part, state: Scalar): Scalar {
  const text = String(state);
  switch (part.kind) {
    case 'argmin':
    case 'argmax':
      return state === null ? null : encodePlacedValue(decodePlacedValue(text));
    case 'set': {
      const values = decodeSet(text);
      return values === null ? BEYOND : encodeSet([...values].reverse(), part.atMost);
    }
    case 'registers':
      return encodeRegisters([...decodeRegisters(text)].reverse());
    case 'buckets':
      return encodeBuckets([...decodeBuckets(text)].reverse());
    case 'reduced':
      return state === null ? null : decodeStanding(text).text;
    default:
      return state;
  }
}

const part = (kind: 'min' | 'max', type: ScalarTypeName): Part => ({ kind, of: fieldOf(type), type });

describe('min and max', () => {
  it('of one value twice are that value', () => {
    fc.assert(
      fc.property(texts, (value) => {
        expect(combinePart(part('min', 'string'), value, value)).toBe(value);
        expect(combinePart(part('max', 'string'), value, value)).toBe(value);
      }),
    );
  });

  it('compare a bigint with a number', () => {
    expect(combinePart(part('max', 'int'), 2n ** 60n, 1)).toBe(2n ** 60n);
    expect(combinePart(part('min', 'int'), 2n ** 60n, 1)).toBe(1);
  });

  it('of text go by code point', () => {
    expect(compareValues('\uffff', '\u{10000}')).toBeLessThan(0);
    expect(combinePart(part('max', 'string'), '\uffff', '\u{10000}')).toBe('\u{10000}');
  });
});

describe('a sum', () => {
  it('has any size, and is exact', () => {
    const sum: Part = { kind: 'sum', of, power: 1 };
    const greatest = 2n ** 63n - 1n;
    expect(combinePart(sum, greatest, greatest)).toBe(2n ** 64n - 2n);
    expect(combinePart(sum, greatest, -greatest)).toBe(0);
    const place = { timeMs: 0, stream: 'a', partition: 0, offset: 0 };
    expect(stateOf({ ...sum, power: 2 }, -(2n ** 63n), place)).toBe(2n ** 126n);
    expect(stateOf({ ...sum, power: 2 }, 94_906_267, place)).toBe(9_007_199_515_875_289n);
  });
});

describe('a set', () => {
  const set: Part = { kind: 'set', of, type: 'int', atMost: 2 };

  it('is its values in ascending order, integers beyond 2^53 − 1 as such', () => {
    expect(encodeSet([10, 9, -1, 9, 2n ** 60n], 10)).toBe('[-1,9,10,["1152921504606846976"]]');
  });

  it('that has grown beyond its bound stays so', () => {
    expect(combinePart(set, '[1,2]', '[2,3]')).toBe(BEYOND);
    expect(combinePart(set, BEYOND, '[]')).toBe(BEYOND);
    expect(combinePart(set, '[1,2]', '[2]')).toBe('[1,2]');
  });

  it('of the text "beyond" is not beyond its bound', () => {
    expect(encodeSet(['beyond'], 2)).toBe('["beyond"]');
  });
});
