import type { Partition } from '@twofold/core';
import { foldIntoSpeedViews } from '@twofold/flows';
import type { Actor } from '../actor.js';
import type { World } from '../world.js';

export function hireWorker(world: World, partition: Partition): Actor {
  const { actor, ports } = world.enter('worker', () => hireWorker(world, partition), partition);
  const report = {
    folded: () => undefined,
    repaired: () => undefined,
    halted: (_id: unknown, _offset: unknown, error: unknown) => world.fail(error),
    trouble: (_partition: unknown, error: unknown) => world.tolerate(error),
  };
  const news = (): number => world.heard.get(actor) ?? 0;
  const { events } = world.catalog;
  const views = world.catalog.views.map((plan) => ({ plan, events }));
  world.live(() =>
    foldIntoSpeedViews(
      { ...ports, clock: actor.clock, report, news },
      { partition, views: () => views, events, stream: world.stream },
      actor.stop,
    ),
  );
  return actor;
}
