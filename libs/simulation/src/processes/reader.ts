import { positionOf, type OffsetVector, type ViewPlan } from '@twofold/core';
import { answerQuery } from '@twofold/flows';
import type { Actor } from '../actor.js';
import { checkAnswer, everyRow } from '../check-answer.js';
import { mayGoBack } from '../profile.js';
import type { World } from '../world.js';

const PAUSE_MS = { low: 20, high: 700 };
/** When nothing happens any more, there is less to see. */
const RESTING_PAUSES = 5;
/** How long it waits for a position. */
const WAIT_MS = { low: 0, high: 40 };
/** How often it passes the position of its last answer on; and the one that the log gave to the producer. */
const SESSION = 0.5;
const OWN_WRITES = 0.3;

/** Asks, and checks every answer. */
export function hireReader(world: World): Actor {
  const { actor, ports } = world.enter('reader', () => hireReader(world));
  const { random } = world;
  const last = new Map<ViewPlan, OffsetVector>();
  const ask = async (): Promise<void> => {
    const plan = random.pick(world.catalog.views);
    const before = last.get(plan) ?? null;
    const isSession = random.chance(SESSION);
    const atLeast = random.chance(OWN_WRITES)
      ? world.acknowledged
      : isSession && before !== null
        ? positionOf(before)
        : null;
    const sent = world.mistake?.forgetsToken === true ? null : atLeast;
    const answer = await answerQuery(
      { ...ports, clock: actor.clock, heads: world.heads },
      everyRow(plan, sent, random.between(WAIT_MS.low, WAIT_MS.high)),
    );
    world.trace?.say(`${actor.name}  answer of ${plan.id.name} at ${JSON.stringify(answer.answer.offsets)}`);
    checkAnswer(world.reference, { plan, atLeast, before: mayGoBack(world.profile) ? null : before }, answer);
    last.set(plan, answer.answer.offsets);
  };
  world.live(async () => {
    while (actor.isRunning) {
      const pauses = world.isResting ? RESTING_PAUSES : 1;
      await actor.sleep(pauses * random.between(PAUSE_MS.low, PAUSE_MS.high));
      await ask().catch((error: unknown) => world.tolerate(error));
    }
  });
  return actor;
}
