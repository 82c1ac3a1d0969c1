import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { LOWER_TO_UPPER } from './letter-cases.js';

describe('the letters that have cases', () => {
  it('are the same ones for ever: what lower and upper mean follows from them', () => {
    const pairs = [...LOWER_TO_UPPER].map((pair) => pair.join('')).join(' ');
    expect(createHash('sha256').update(pairs).digest('hex')).toBe(
      '3036d27f8fa35dd000ef3f2eb1459396e52632633d0ce7eeec463ac5a20104bb',
    );
  });

  it('are pairs: each is the other case of one', () => {
    const uppers = new Set(LOWER_TO_UPPER.values());
    expect(uppers.size).toBe(LOWER_TO_UPPER.size);
    for (const [lower, upper] of LOWER_TO_UPPER)
      expect([uppers.has(lower), LOWER_TO_UPPER.has(upper)]).toEqual([false, false]);
  });
});
