import { describe, expect, it } from '@jest/globals';
import { javaVersionIn } from './native-jars.ts';

describe('the version of Java', () => {
  it.each([
    ['openjdk version "17.0.16" 2025-07-15', 17],
    ['openjdk version "21" 2023-09-19', 21],
    ['java version "1.8.0_402"', 8],
    ['something else', 0],
  ])('of %s is %d', (text, version) => {
    expect(javaVersionIn(text)).toBe(version);
  });
});
