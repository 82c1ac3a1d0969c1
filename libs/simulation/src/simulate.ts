import { answerQuery } from '@twofold/flows';
import { Random } from './random.js';
import { checkAnswer, everyRow } from './check-answer.js';
import { strike } from './blows.js';
import type { Mistake } from './mistake.js';
import { hireArchiver } from './processes/archiver.js';
import { hireBuilder } from './processes/builder.js';
import { hireOperator } from './processes/operator.js';
import { hireProducer } from './processes/producer.js';
import { hireReader } from './processes/reader.js';
import { hireWorker } from './processes/worker.js';
import { drawProfile, type Profile } from './profile.js';
import { STREAM } from './sales.js';
import { Scheduler } from './scheduler.js';
import { Trace } from './trace.js';
import { Violation } from './violation.js';
import { World } from './world.js';

export type Run = {
  readonly seed: number;
  readonly profile: Profile;
  readonly violation: Violation | null;
  readonly steps: number;
  readonly virtualMs: number;
  /** A line for each thing that happened, if they were asked for. */
  readonly lines: readonly string[];
};

/** More than any run takes that comes to rest. */
const MAX_STEPS = 40_000;
/** Everything is applied, archived and published some seconds after the last fault; zombies sleep for less than that, too. */
const REST_WITHIN_MS = 60_000;
/** How often the stores are looked at while faults happen, and afterwards whether all has come to rest. */
const CHECKS = 3;
const LOOK_EVERY_MS = 400;

/** Runs the flows over in-memory stores in virtual time, with the faults that the seed has. Nothing but the seed decides. */
export async function simulate(
  seed: number,
  { mistake = null, tracing = false }: { readonly mistake?: Mistake | null; readonly tracing?: boolean } = {},
): Promise<Run> {
  const random = new Random(seed);
  const profile = drawProfile(random);
  const scheduler = new Scheduler();
  const trace = tracing ? new Trace(scheduler) : null;
  trace?.say(`seed ${seed}: ${JSON.stringify(profile)}`);
  const world = await World.open(profile, random, mistake, scheduler, trace);
  populate(world);
  for (const blow of profile.blows) scheduler.after(random.between(0, profile.historyMs), () => strike(world, blow));
  for (let check = 0; check < CHECKS; check++)
    scheduler.after(random.between(0, profile.historyMs), () => world.live(() => world.check.check()));
  scheduler.after(profile.historyMs, () => rest(world));
  const outcome = await scheduler.run(() => world.isOver, MAX_STEPS);
  if (outcome !== 'over') world.fail(new Violation('progress', `${outcome} after ${scheduler.steps} steps`));
  const { violation } = world;
  return { seed, profile, violation, steps: scheduler.steps, virtualMs: scheduler.nowMs, lines: trace?.lines ?? [] };
}

function populate(world: World): void {
  const { partitions, profile } = world;
  for (const partition of partitions) {
    for (let number = 0; number < profile.workers; number++) hireWorker(world, partition);
    for (let number = 0; number < profile.archivers; number++) hireArchiver(world, partition);
  }
  for (let number = 0; number < profile.builders; number++) hireBuilder(world);
  for (let number = 0; number < profile.readers; number++) hireReader(world);
  for (let number = 0; number < profile.operators; number++) hireOperator(world);
  hireProducer(world);
}

/** Faults end; whoever is missing is replaced; then everything must come to be applied, archived and published. */
function rest(world: World): void {
  const { network, partitions, scheduler } = world;
  world.trace?.say('faults end');
  world.isResting = true;
  network.calmDown();
  for (const partition of partitions) {
    if (!world.running('worker').some((actor) => actor.partition === partition)) hireWorker(world, partition);
    if (!world.running('archiver').some((actor) => actor.partition === partition)) hireArchiver(world, partition);
  }
  if (world.running('builder').length === 0) hireBuilder(world);
  const endsAtMs = scheduler.nowMs + REST_WITHIN_MS;
  const look = (): void => {
    world.live(async () => {
      const missing = await whatIsMissing(world);
      if (missing === null) {
        await world.check.check();
        world.isOver = true;
      } else if (scheduler.nowMs > endsAtMs) {
        throw new Violation('progress', missing);
      }
    });
    scheduler.after(LOOK_EVERY_MS, look);
  };
  look();
}

/** What has not come to rest; null: everything has. */
async function whatIsMissing(world: World): Promise<string | null> {
  const { stores, reference, catalog, partitions } = world;
  if (world.isProducing) return 'events are being appended';
  for (const partition of partitions) {
    const archived = await stores.masterDataset.archivedTo(partition);
    if (archived !== reference.endOf(partition)) return `partition ${partition.partition} is archived to ${archived}`;
  }
  for (const plan of catalog.views) {
    const ports = {
      ...stores,
      clock: { now: () => 0, elapsed: () => 0, wait: async () => undefined },
      heads: world.heads,
    };
    const answered = await answerQuery(ports, everyRow(plan, null, 0));
    checkAnswer(reference, { plan, atLeast: null, before: null }, answered);
    const { offsets, catchingUp, generation } = answered.answer;
    const published = await stores.batchViews.published(plan.id);
    const told = `${plan.id.name} answers at ${offsets[STREAM]?.join(' ')} from generation ${generation} of ${published?.number}`;
    if (catchingUp || !reference.isWhole(offsets)) return told;
    if (published === null || published.number !== generation) return told;
    if (!reference.isWhole(published.cut)) return `${told}, whose cut is ${published.cut[STREAM]?.join(' ')}`;
  }
  return null;
}
