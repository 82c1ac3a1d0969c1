import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { IdentityIndex } from './identity-index.js';

type Step = { readonly key: number; readonly gap: number; readonly forget: number; readonly withinMs: number };

/** Few keys, most of which want the same slots: searches are long, and what is forgotten leaves holes in them. */
const keyOf = (key: number): Int32Array => Int32Array.of(key % 3, key, 0, -1);

const steps = fc.array(
  fc.record({
    key: fc.nat({ max: 12 }),
    gap: fc.nat({ max: 2 }),
    forget: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 30 }) }),
    withinMs: fc.nat({ max: 100 }),
  }),
  { maxLength: 200, size: 'max' },
);

describe('the index of identities', () => {
  it('says what a list of its entries says, whatever was added and forgotten', () => {
    fc.assert(
      fc.property(steps, (all: readonly Step[]) => {
        const index = new IdentityIndex();
        let entries: { key: number; offset: number; mark: boolean }[] = [];
        let offset = 0;
        for (const { key, gap, forget, withinMs } of all) {
          offset += 1 + gap;
          const last = entries.findLast((entry) => entry.key === key);
          expect(index.add(keyOf(key), offset, offset * 10, withinMs)).toBe(
            last === undefined ? -Infinity : last.offset * 10,
          );
          entries.push({ key, offset, mark: last !== undefined && (offset - last.offset) * 10 <= withinMs });
          if (forget > 0) {
            index.forgetBelow(offset - forget);
            entries = entries.filter((entry) => entry.offset >= offset - forget);
          }
          expect(index.size).toBe(entries.length);
          expect(index.markAt(offset - 5)).toBe(entries.find((entry) => entry.offset === offset - 5)?.mark ?? null);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('grows, and keeps what it has', () => {
    const index = new IdentityIndex();
    const count = 10_000;
    for (let offset = 0; offset < count; offset++) {
      const key = offset % 7 === 0 ? offset - 1 : offset;
      index.add(Int32Array.of(Math.imul(key, 0x9e3779b1), key, 1, 2), offset, offset, 7);
      index.forgetBelow(offset - 5_000);
    }
    expect(index.size).toBe(5_001);
    for (let offset = count - 5_001; offset < count; offset++) expect(index.markAt(offset)).toBe(offset % 7 === 0);
    expect(index.markAt(count - 5_002)).toBeNull();
    index.clear();
    expect(index.size).toBe(0);
    expect(index.add(Int32Array.of(0, 0, 1, 2), 1, 1, 1)).toBe(-Infinity);
  });
});
