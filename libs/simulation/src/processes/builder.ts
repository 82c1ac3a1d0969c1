import { offsetAt, type OffsetVector, type ViewPlan } from '@twofold/core';
import { auditGeneration, buildGeneration, foldEngine, hasNews, registerViews } from '@twofold/flows';
import type { Audit, BatchEngine, Generation } from '@twofold/ports';
import type { Actor } from '../actor.js';
import { STREAM } from '../sales.js';
import { hold } from '../violation.js';
import type { World } from '../world.js';

const PAUSE_MS = { low: 10, high: 500 };

/** Builds whenever there is news, either way, and takes up what a dead builder left. */
export function hireBuilder(world: World): Actor {
  const { actor, ports } = world.enter('builder', () => hireBuilder(world));
  const { random } = world;
  const announce = {
    cutRequested: async () => world.announce(),
    published: async () => {
      world.live(() => world.check.checkPointers());
      world.announce();
    },
  };
  const naive = slowly(world.engine(), actor, () => world.network.delayMs());
  const fold = foldEngine(ports, world.catalog);
  const build = {
    ...ports,
    engineOf: ({ projection }: ViewPlan) => (projection === null ? naive : fold),
    partitionsAtOnce: 1,
    clock: actor.clock,
    announce,
    keep: async () => [],
    want: (cut: OffsetVector) => void (world.wanted = furthest(world, cut)),
  };
  const ledger = {
    add: async ({ state, samples }: Audit) => hold(state !== 'drifted', 'audit', () => JSON.stringify(samples)),
  };
  const audit = async (plan: ViewPlan, generation: Generation): Promise<void> =>
    void (await auditGeneration({ ...ports, ledger, clock: actor.clock }, plan, generation, actor.stop));
  let isRegistered = false;
  const turn = async (): Promise<void> => {
    if (!isRegistered) await registerViews(ports, world.catalog, world.profile.partitions);
    isRegistered = true;
    const plan = random.pick(world.catalog.views);
    const published = await ports.batchViews.published(plan.id);
    const head = { [STREAM]: (await ports.log.bounds(STREAM)).end };
    if (published === null || !hasNews(published, head)) return;
    const way = random.pick(['recompute', 'roll-forward'] as const);
    const tell = (step: string): void => world.trace?.say(`${actor.name}  ${step}`);
    const generation = await buildGeneration(build, plan, way, tell, actor.stop);
    world.live(() => audit(plan, generation));
  };
  world.live(async () => {
    while (actor.isRunning) {
      await actor.sleep(random.between(PAUSE_MS.low, PAUSE_MS.high));
      await turn().catch((error: unknown) => world.tolerate(error));
    }
  });
  return actor;
}

/** Rows come one by one, each after a while: a process may die between them. */
const slowly = (engine: BatchEngine, actor: Actor, delayMs: () => number): BatchEngine => ({
  name: engine.name,
  givesEachRowOnce: engine.givesEachRowOnce,
  async *compute(plan, range, stop) {
    for await (const rows of engine.compute(plan, range, stop)) {
      const half = Math.ceil(rows.length / 2);
      for (const some of [rows.slice(0, half), rows.slice(half)]) {
        await actor.sleep(delayMs());
        yield some;
      }
    }
  },
  close: () => engine.close(),
});

const furthest = ({ wanted, partitions }: World, cut: OffsetVector): OffsetVector => ({
  [STREAM]: partitions.map((partition) => Math.max(offsetAt(wanted, partition), offsetAt(cut, partition))),
});
