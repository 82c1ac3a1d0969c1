import { describe, expect, it } from '@jest/globals';
import { PartitionGuard } from './partition-guard.js';
import { PartitionTasks } from './partition-tasks.js';
import { Readiness } from './readiness.js';
import { systemClock } from './system-clock.js';

/** A stream of three partitions, and what is said of it later. */
async function guarded() {
  let count: number | null = 3;
  const readiness = new Readiness();
  readiness.serving();
  const wakes: (() => void)[] = [];
  const clock = {
    wait: (_ms: number, stop?: AbortSignal): Promise<void> =>
      new Promise((wake) => {
        if (stop?.aborted === true) return wake();
        wakes.push(wake);
        stop?.addEventListener('abort', () => wake());
      }),
  };
  const guard = new PartitionGuard({ partitionCount: async () => count }, { flights: 3 }, clock, readiness);
  guard.onApplicationBootstrap();
  const look = async (now: number | null): Promise<void> => {
    await systemClock.wait(1);
    count = now;
    wakes.splice(0).forEach((wake) => wake());
    await systemClock.wait(1);
  };
  return { guard, readiness, look };
}

describe('a stream whose partitions change behind the platform', () => {
  it('is noticed while the app runs: all work on it ends, and readiness says why, with the way out', async () => {
    const { guard, readiness, look } = await guarded();
    let assign: (partition: number) => void = () => undefined;
    const assigner = {
      follow: async (_group: string, _streams: readonly string[], onAssigned: (a: never) => void): Promise<void> => {
        const released = new AbortController().signal;
        assign = (partition) => onAssigned({ partition: { stream: 'flights', partition }, released } as never);
      },
    };
    const worked: string[] = [];
    const work = async ({ partition }: { readonly partition: number }, stop: AbortSignal): Promise<void> => {
      worked.push(`${partition} begins`);
      await new Promise<void>((end) => stop.addEventListener('abort', () => end()));
      worked.push(`${partition} ends`);
    };
    const tasks = new PartitionTasks(assigner, 'group', ['flights'], work, guard);
    tasks.start();
    assign(2);
    await look(3);
    await look(null);
    expect((await readiness.report()).ready).toBe(true);
    await look(4);
    expect(worked).toEqual(['2 begins', '2 ends']);
    assign(1);
    await look(3);
    expect(worked).toEqual(['2 begins', '2 ends']);
    expect((await readiness.report()).checks['partitions']).toMatch(/had 3 partitions .* has 4 now.*migration/s);
    expect(() => guard.mustStand()).toThrow(expect.objectContaining({ code: 'partitions-changed' }));
    await tasks.stop();
    await guard.beforeApplicationShutdown();
  });

  it('is noticed at once by whoever is given a partition that there was not', async () => {
    const { guard } = await guarded();
    expect(guard.admits({ stream: 'flights', partition: 2 })).toBe(true);
    expect(guard.admits({ stream: 'flights', partition: 3 })).toBe(false);
    expect(guard.admits({ stream: 'flights', partition: 2 })).toBe(false);
    await guard.beforeApplicationShutdown();
  });

  it('is no matter while the log cannot be asked', async () => {
    const readiness = new Readiness();
    const away = { partitionCount: () => Promise.reject(new Error('away')) };
    const guard = new PartitionGuard(away, { flights: 3 }, systemClock, readiness);
    guard.onApplicationBootstrap();
    await systemClock.wait(1);
    expect(guard.admits({ stream: 'flights', partition: 0 })).toBe(true);
    await guard.beforeApplicationShutdown();
  });
});
