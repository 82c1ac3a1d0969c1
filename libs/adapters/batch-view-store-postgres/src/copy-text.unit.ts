import { describe, expect, it } from '@jest/globals';
import { copyLine } from './copy-text.js';

describe('a line of COPY text', () => {
  it('holds its columns, and ends', () => {
    expect(copyLine(['ATL', true, -3, 7, 0.1, 2n ** 63n - 1n])).toBe('ATL\ttrue\t-3\t7\t0.1\t9223372036854775807\n');
  });

  it('tells null from text that looks like it', () => {
    expect(copyLine([null, '\\N', '', 0])).toBe('\\N\t\\\\N\t\t0\n');
  });

  it('escapes what ends a value or a line', () => {
    expect(copyLine(['a\tb\nc\rd\\.', 0])).toBe('a\\tb\\nc\\rd\\\\.\t0\n');
  });
});
