import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Scalar } from '../events/data-type.js';
import { decodeParts, encodeParts } from '../views/view-row.js';
import { combinePart, identityOf } from './combine-parts.js';
import type { Part } from './part.js';

const of = { kind: 'field', name: 'x', type: 'int', nullable: true } as const;
const part = (kind: Part['kind'], type: Part['type'] = 'int'): Part => ({ kind, of, type });

/** Exact integers far enough within 64 bits that a sum of three does not leave them. */
const integers = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 61n }),
  fc.bigInt({ min: -(2n ** 61n), max: -(2n ** 53n) }),
);
const orNull = (values: fc.Arbitrary<Scalar>): fc.Arbitrary<Scalar> => fc.option(values, { freq: 4 });
const texts = fc.string({ unit: 'binary', maxLength: 4 }).map((text) => text.toWellFormed());

const cases: readonly [string, Part, fc.Arbitrary<Scalar>][] = [
  ['sum', part('sum'), integers],
  ['min of ints', part('min'), orNull(integers)],
  ['max of ints', part('max'), orNull(integers)],
  ['min of text', part('min', 'string'), orNull(texts)],
  ['max of text', part('max', 'string'), orNull(texts)],
  [
    'min of doubles',
    part('min', 'double'),
    orNull(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
  ],
  ['max of booleans', part('max', 'boolean'), orNull(fc.boolean())],
];

describe.each(cases)('%s', (_name, one, states) => {
  it('is associative, commutative, and its identity changes nothing', () => {
    fc.assert(
      fc.property(states, states, states, (a, b, c) => {
        const combine = (x: Scalar, y: Scalar): Scalar => combinePart(one, x, y);
        expect(combine(combine(a, b), c)).toBe(combine(a, combine(b, c)));
        expect(combine(a, b)).toBe(combine(b, a));
        expect(combine(a, identityOf(one))).toBe(a);
        expect(combine(identityOf(one), a)).toBe(a);
      }),
    );
  });

  it('comes back from its text as it was', () => {
    fc.assert(
      fc.property(fc.array(states), (parts) => {
        expect(decodeParts(encodeParts(parts))).toEqual(parts);
      }),
    );
  });
});

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
    expect(combinePart(part('max'), 2n ** 60n, 1)).toBe(2n ** 60n);
    expect(combinePart(part('min'), 2n ** 60n, 1)).toBe(1);
  });
});

it('a sum that leaves 64 bits is refused', () => {
  expect(() => combinePart(part('sum'), 2n ** 63n - 1n, 1)).toThrow(expect.objectContaining({ code: 'overflow' }));
});
