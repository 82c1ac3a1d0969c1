import { describe, expect, it } from '@jest/globals';
import { readTortureOptions } from './options.ts';

describe('the options of npm run torture', () => {
  it('are three minutes and a drawn seed when nothing is asked for', () => {
    expect(readTortureOptions([], () => 7)).toEqual({
      ...{ minutes: 3, seed: 7, eventsPerSecond: 1_500 },
      ...{ brokers: 1, copies: 1, only: null },
    });
  });

  it('take what is asked for', () => {
    const load = ['--minutes', '0.5', '--seed', '4294967295', '--rate', '20'];
    const world = ['--brokers', '3', '--copies', '2', '--only', 'redis|zombie'];
    expect(readTortureOptions([...load, ...world], () => 7)).toEqual({
      ...{ minutes: 0.5, seed: 4_294_967_295, eventsPerSecond: 20 },
      ...{ brokers: 3, copies: 2, only: /redis|zombie/ },
    });
  });

  it.each([
    [['--minutes', '0'], /--minutes/],
    [['--minutes', 'ten'], /--minutes/],
    [['--seed', '-1'], /--seed/],
    [['--rate', '1.5'], /--rate/],
    [['--speed', '3'], /--speed/],
    [['--brokers', '2'], /--brokers/],
    [['--copies', '9'], /--copies/],
    [['--only', '('], /regular expression/],
  ])('refuse %j', (args, reason) => {
    expect(() => readTortureOptions(args, () => 7)).toThrow(reason);
  });
});
