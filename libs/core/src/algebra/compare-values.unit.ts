import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareText, compareValues } from './compare-values.js';

const wellFormed = fc.string({ unit: 'binary', maxLength: 6 }).map((text) => text.toWellFormed());

describe('text', () => {
  it('compares as its UTF-8 bytes do', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it.each([
    ['', 'a'],
    ['a', 'a\u0001'],
    ['B', 'a'],
    ['\ud7ff', '\ue000'],
    ['\uffff', '\u{10000}'],
    ['\u{1f600}', '\u{10ffff}'],
    ['e\u0301', '\u00e9'],
  ])('%j comes before %j', (before, after) => {
    expect(compareText(before, after)).toBeLessThan(0);
    expect(compareText(after, before)).toBeGreaterThan(0);
    expect(compareText(after, after)).toBe(0);
  });
});

describe('values', () => {
  it.each([
    [1, 2],
    [-1, 0],
    [2 ** 53 - 1, 2n ** 53n],
    [-(2n ** 63n), -(2 ** 53 - 1)],
    [false, true],
    ['a', 'b'],
  ])('%p comes before %p', (before, after) => {
    expect(compareValues(before, after)).toBeLessThan(0);
    expect(compareValues(after, before)).toBeGreaterThan(0);
    expect(compareValues(before, before)).toBe(0);
  });
});
