import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_POSITION_LENGTH, decodePosition, encodePosition, furthestOf, hasReached, positionOf } from './position.js';

const positions = fc.dictionary(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
  fc.dictionary(fc.nat({ max: 999_999 }).map(String), fc.maxSafeNat()),
);
const token = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');

describe('a position', () => {
  it('comes back from its token as it was', () => {
    fc.assert(
      fc.property(positions, (position) => {
        expect(decodePosition(encodePosition(position))).toEqual(position);
      }),
    );
  });

  it('makes a token that a query string carries as it is', () => {
    expect(encodePosition({ flights: { 0: 7, 3: 9_007_199_254_740_991 } })).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it.each([
    '',
    'not a token',
    'abc',
    token({}),
    token([1]),
    token([2, {}]),
    token([1, []]),
    token([1, { flights: [1] }]),
    token([1, { flights: { 0: -1 } }]),
    token([1, { flights: { 0: 1.5 } }]),
    token([1, { flights: { zero: 1 } }]),
    token([1, { flights: { '01': 1 } }]),
    'A'.repeat(MAX_POSITION_LENGTH + 1),
  ])('is not read from %p', (text) => {
    expect(() => decodePosition(text)).toThrow(expect.objectContaining({ code: 'invalid-position' }));
  });

  it('is reached when every partition it names is at or beyond its offset', () => {
    const position = { flights: { 1: 5 } };
    expect(hasReached({ flights: [0, 5] }, position)).toBe(true);
    expect(hasReached({ flights: [9, 4] }, position)).toBe(false);
    expect(hasReached({ accounts: [9, 9] }, position)).toBe(false);
    expect(hasReached({}, {})).toBe(true);
  });

  it('of a vector is reached by that vector and by none below it', () => {
    const vector = { flights: [3, 0, 8], accounts: [1] };
    expect(positionOf(vector)).toEqual({ flights: { 0: 3, 1: 0, 2: 8 }, accounts: { 0: 1 } });
    expect(hasReached(vector, positionOf(vector))).toBe(true);
    expect(hasReached({ ...vector, accounts: [0] }, positionOf(vector))).toBe(false);
  });

  it('together with another is reached when both are', () => {
    const both = furthestOf({ flights: { 0: 3, 1: 9 } }, { flights: { 0: 5 }, accounts: { 2: 1 } });
    expect(both).toEqual({ flights: { 0: 5, 1: 9 }, accounts: { 2: 1 } });
  });
});
