import { describe, expect, it } from '@jest/globals';
import { KINDS, readTestOptions } from './test-options.ts';

describe('the options of npm test', () => {
  it('are all kinds with all checks where nothing is said', () => {
    expect(readTestOptions([])).toEqual({ kinds: KINDS, checks: true, jestArgs: [] });
  });

  it('choose kinds, leave out checks, and hand the rest to jest', () => {
    expect(readTestOptions(['--int', '--unit', '--no-checks', '--', 'libs/core', '-t', 'merge'])).toEqual({
      kinds: ['unit', 'int'],
      checks: false,
      jestArgs: ['libs/core', '-t', 'merge'],
    });
  });

  it('ask for help', () => {
    expect(readTestOptions(['--unit', '--help'])).toBe('help');
  });
});
