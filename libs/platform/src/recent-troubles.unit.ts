import { describe, expect, it } from '@jest/globals';
import { RecentTroubles } from './recent-troubles.js';

function troublesAt(startMs: number) {
  const clock = { nowMs: startMs, elapsed: () => clock.nowMs };
  const told: string[] = [];
  return { clock, told, troubles: new RecentTroubles(clock, (line) => void told.push(line)) };
}

describe('recent troubles', () => {
  it('are a reason not to be ready, each with what it is about, for five seconds', async () => {
    const { clock, troubles } = troublesAt(1_000);
    await troubles.check();
    troubles.add('sales/0', new Error('the log does not answer'));
    clock.nowMs += 3_000;
    troubles.add('sales/1', 'no space');
    await expect(troubles.check()).rejects.toThrow('sales/0: the log does not answer; sales/1: no space');
    clock.nowMs += 2_000;
    await expect(troubles.check()).rejects.toThrow(/^sales\/1: no space$/);
    clock.nowMs += 3_000;
    await troubles.check();
  });

  it('stay while they come again', async () => {
    const { clock, troubles } = troublesAt(0);
    for (let times = 0; times < 10; times++) {
      troubles.add('sales/0', new Error('the log does not answer'));
      clock.nowMs += 1_000;
      await expect(troubles.check()).rejects.toThrow('the log does not answer');
    }
  });

  it('are told once, and again when they say something else or come back', () => {
    const { clock, told, troubles } = troublesAt(0);
    for (let times = 0; times < 10; times++) {
      troubles.add('sales/0', new Error('the log does not answer'));
      clock.nowMs += 1_000;
    }
    troubles.add('sales/0', new Error('no space'));
    clock.nowMs += 5_000;
    troubles.add('sales/0', new Error('no space'));
    expect(told).toEqual(['sales/0: the log does not answer', 'sales/0: no space', 'sales/0: no space']);
  });
});
