import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Scalar } from '../events/data-type.js';
import { dimensionsOf, groupKeyOf } from './view-row.js';

const scalars: fc.Arbitrary<Scalar> = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
  fc.constantFrom('["1"]', '[1]', '1', 'null', 'true', ''),
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.boolean(),
  fc.constant(null),
);
const groups = fc.array(scalars, { maxLength: 5 });

describe('the key of a group', () => {
  it('names its dimensions exactly', () => {
    fc.assert(
      fc.property(groups, (dimensions) => {
        expect(dimensionsOf(groupKeyOf(dimensions))).toEqual(dimensions);
      }),
    );
  });

  it('is another for other dimensions', () => {
    fc.assert(
      fc.property(groups, groups, (one, other) => {
        const isSame = one.length === other.length && one.every((value, index) => Object.is(value, other[index]));
        expect(groupKeyOf(one) === groupKeyOf(other)).toBe(isSame);
      }),
    );
  });

  it.each<[readonly Scalar[], string]>([
    [[], '[]'],
    [['ATL', null, true, 7, 0.5], '["ATL",null,true,7,0.5]'],
    [[2n ** 53n], '[["9007199254740992"]]'],
    [["a'b", '"', '\\'], '["a\'b","\\"","\\\\"]'],
  ])('of %p is %s', (dimensions, key) => {
    expect(groupKeyOf(dimensions)).toBe(key);
  });
});
