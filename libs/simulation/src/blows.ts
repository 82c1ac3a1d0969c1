import type { Actor, Role } from './actor.js';
import { hireWorker } from './processes/worker.js';
import type { Blow } from './profile.js';
import type { StoredRecord, Stores } from './stores.js';
import type { World } from './world.js';

const PAUSE_MS = { low: 50, high: 5_000 };
const AWAY_MS = { low: 50, high: 1_500 };
const JUMP_MS = { low: 10_000, high: 150_000 };
const REPLACED_AFTER_MS = { low: 1, high: 700 };
/** How long ago the copy was taken that a store comes back with. */
const COPY_AGE_MS = { low: 0, high: 1_500 };
/** How often a fault of the speed views is one of all records. */
const ALL = 0.3;
/** How often records are lost when the log has just lost what they were folded from. */
const WITH_RECORDS = 0.5;
/** How often an archiver dies then, who knew what was on it. */
const WITH_ARCHIVER = 0.5;

/** A fault happens, now. */
export function strike(world: World, blow: Blow): void {
  const { random, network, wall, trace } = world;
  trace?.say(`${blow}`);
  switch (blow) {
    case 'crash':
      return replace(world, aProcess(world), (actor) => actor.crash());
    case 'stop':
      return replace(world, aProcess(world), (actor) => actor.tellToStop());
    case 'pause':
      return aProcess(world)?.pause(random.between(PAUSE_MS.low, PAUSE_MS.high));
    case 'second':
      return void hireWorker(world, random.pick(world.partitions));
    case 'lose':
      return void eachRecord(world, (put) => put(null));
    case 'revert':
      return revert(world);
    case 'retention':
      return retain(world);
    case 'away':
      return network.takeAway(random.pick(STORES), random.between(AWAY_MS.low, AWAY_MS.high));
    case 'jump':
      wall.jumpedMs += random.between(JUMP_MS.low, JUMP_MS.high);
  }
}

const STORES: readonly (keyof Stores)[] = [
  'log',
  'speedViews',
  'boundaries',
  'batchViews',
  'masterDataset',
  'deadLetters',
  'stage',
];

/** Readers only ever crash or pause like anybody; the producer does not, for then there would be nothing to see. */
const aProcess = (world: World, wanted: Role | null = null): Actor | null => {
  const processes = world.actors.filter(
    ({ role, isRunning }) => isRunning && (wanted === null ? role !== 'producer' : role === wanted),
  );
  return processes.length === 0 ? null : world.random.pick(processes);
};

/** A process ends in some way, and another takes its place after a while. */
function replace(world: World, actor: Actor | null, end: (actor: Actor) => void): void {
  if (actor === null) return;
  end(actor);
  world.trace?.say(`it strikes ${actor.name}`);
  world.scheduler.after(world.random.between(REPLACED_AFTER_MS.low, REPLACED_AFTER_MS.high), actor.hireAgain);
}

/** Of all that the archive has, so that nothing is left of the window of duplicates either. */
function retain(world: World): void {
  const { partitions, random, stores } = world;
  const partition = random.pick(partitions);
  world.live(async () => stores.log.removeBelow(partition, await stores.masterDataset.archivedTo(partition)));
  if (random.chance(WITH_RECORDS)) eachRecord(world, (put) => put(null));
  if (random.chance(WITH_ARCHIVER)) replace(world, aProcess(world, 'archiver'), (actor) => actor.crash());
}

/** A record comes back as it is now, some time from now. */
function revert(world: World): void {
  eachRecord(world, (put, record) => {
    world.scheduler.after(world.random.between(COPY_AGE_MS.low, COPY_AGE_MS.high), () => put(record));
  });
}

/** One record, or all of them: a store goes back as a whole, or one of its parts does; a record never in part. */
function eachRecord(
  world: World,
  strikeRecord: (put: (record: StoredRecord) => void, record: StoredRecord) => void,
): void {
  const { catalog, partitions, random, stores, trace } = world;
  const all = catalog.views.flatMap(({ id: view }) => partitions.map((partition) => ({ view, partition })));
  for (const id of random.chance(ALL) ? all : [random.pick(all)]) {
    world.live(async () => {
      const record = await stores.speedViews.peek(id);
      strikeRecord((old) => {
        trace?.say(
          `the record of ${id.view.name}, partition ${id.partition.partition}, goes back to ${old?.applied ?? 'nothing'}`,
        );
        world.live(() => stores.speedViews.put(id, old));
      }, record);
    });
  }
}
