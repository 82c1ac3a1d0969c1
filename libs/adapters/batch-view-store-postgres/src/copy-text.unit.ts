import { describe, expect, it } from '@jest/globals';
import { copyLine } from './copy-text.js';

describe('a line of COPY text', () => {
  it('holds dimensions, window and parts, and ends', () => {
    expect(copyLine({ dimensions: ['ATL', true], window: -3, parts: [7, 0.1, 2n ** 63n - 1n] })).toBe(
      'ATL\ttrue\t-3\t7\t0.1\t9223372036854775807\n',
    );
  });

  it('tells null from text that looks like it', () => {
    expect(copyLine({ dimensions: [null, '\\N', ''], window: 0, parts: [] })).toBe('\\N\t\\\\N\t\t0\n');
  });

  it('escapes what ends a value or a line', () => {
    expect(copyLine({ dimensions: ['a\tb\nc\rd\\.'], window: 0, parts: [] })).toBe('a\\tb\\nc\\rd\\\\.\t0\n');
  });
});
