import { describe, expect, it } from '@jest/globals';
import { MISTAKES, simulate, type Run } from './index.js';
import { replacing, type Mistake } from './mistake.js';

/** In every run of the tests; on a busy machine fewer, when the time is over. */
const SEEDS = { least: 300, most: 2_000 };
const TIME_MS = 30_000;
/** TWOFOLD_SIMULATION_SEEDS asks for so many, and takes the time it needs. */
const asked = Number(process.env['TWOFOLD_SIMULATION_SEEDS'] ?? SEEDS.least);
/** TWOFOLD_SIMULATION_SEED tells what happens in this one. */
const replayed = process.env['TWOFOLD_SIMULATION_SEED'];
/** A mistake is found among so many seeds, most of them among far fewer. */
const SEEDS_FOR_A_MISTAKE = 10_000;
const SEEDS_FOR_SLOWNESS = 200;
const TIMEOUT_MS = 3_600_000;

const told = ({ seed, violation }: Run): string | null =>
  violation && `${violation.kind}: ${violation.message}\nTWOFOLD_SIMULATION_SEED=${seed} tells how it came to this`;

const LONG_MS = 4_000;
const SHORT_MS = 1_000;
/** The calls that mistakes slow down. */
const SLOWNESS: Mistake = {
  name: 'none',
  spec: [],
  inCalls: () => ({
    log: (right, { wait }) =>
      replacing(right, { read: async (...args) => (await wait(SHORT_MS), right.read(...args)) }),
    boundaries: (right, { wait }) =>
      replacing(right, {
        requestedCut: async (...args) => (await wait(SHORT_MS), right.requestedCut(...args)),
        propose: async (...args) => (await wait(SHORT_MS), right.propose(...args)),
      }),
    batchViews: (right, { wait }) =>
      replacing(right, { publish: async (...args) => (await wait(LONG_MS), right.publish(...args)) }),
    speedViews: (right, { wait }) =>
      replacing(right, {
        read: async (...args) => (await wait(SHORT_MS), right.read(...args)),
        seal: async (...args) => (await wait(SHORT_MS), right.seal(...args)),
      }),
  }),
};

if (replayed !== undefined) {
  it(`tells what happens in seed ${replayed}`, async () => {
    const run = await simulate(Number(replayed), { tracing: true });
    process.stdout.write(`${run.lines.join('\n')}\n`);
    expect(told(run)).toBeNull();
  });
}

(replayed === undefined ? describe : describe.skip)('the simulation', () => {
  it(
    'finds nothing wrong, whatever fails and whenever',
    async () => {
      const endsAtMs = performance.now() + TIME_MS;
      const goesOn = (seed: number): boolean => seed < asked || (seed < SEEDS.most && performance.now() < endsAtMs);
      for (let seed = 0; goesOn(seed); seed++) expect(told(await simulate(seed))).toBeNull();
    },
    TIMEOUT_MS,
  );

  it('is the same again for the same seed', async () => {
    for (const seed of [1, 2, 3]) {
      const [first, second] = [await simulate(seed, { tracing: true }), await simulate(seed, { tracing: true })];
      expect(first.lines.length).toBeGreaterThan(100);
      expect(second).toEqual(first);
    }
  });

  it('finds nothing in slowness alone, with which some mistakes are helped to show', async () => {
    for (let seed = 0; seed < SEEDS_FOR_SLOWNESS; seed++)
      expect(told(await simulate(seed, { mistake: SLOWNESS }))).toBeNull();
  });

  it.each(MISTAKES.map((mistake) => [mistake.name, mistake] as const))(
    'finds it: %s',
    async (_, mistake) => {
      let found: Run | null = null;
      for (let seed = 0; seed < SEEDS_FOR_A_MISTAKE && !found?.violation; seed++)
        found = await simulate(seed, { mistake });
      expect(found?.violation).not.toBeNull();
    },
    TIMEOUT_MS,
  );
});
