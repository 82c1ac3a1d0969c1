import { offsetAt, type Partition } from '@twofold/core';
import { archiveEvents } from '@twofold/flows';
import type { Actor } from '../actor.js';
import type { World } from '../world.js';

/** How often one archives what comes at once, in files of a few records; others wait until somebody wants it. */
const EAGER = 0.3;

export function hireArchiver(world: World, partition: Partition): Actor {
  const { actor, ports } = world.enter('archiver', () => hireArchiver(world, partition), partition);
  const report = {
    archived: () => undefined,
    trouble: (_partition: unknown, error: unknown) => world.tolerate(error),
  };
  const isEager = world.random.chance(EAGER);
  const wanted = (): number => (isEager ? Infinity : offsetAt(world.wanted, partition));
  const { events } = world.catalog;
  world.live(() =>
    archiveEvents(
      { ...ports, deadLetterTopic: ports.deadLetters, clock: actor.clock, report, wanted },
      { partition, events, stream: world.stream },
      actor.stop,
    ),
  );
  return actor;
}
