import { envelopeReaderOf } from '@twofold/core';
import { resolveDeadLetter } from '@twofold/flows';
import type { DeadLetter } from '@twofold/ports';
import type { Actor } from '../actor.js';
import { STREAM, saleInPlaceOf } from '../sales.js';
import type { World } from '../world.js';

const PAUSE_MS = { low: 10, high: 400 };
/** How often one that is resolved already, as far as anybody knows, is not looked for. */
const OPEN_ONLY = 0.8;
const DISCARDED = 0.3;
const AS_IT_IS = 0.3;
const AGAIN = 0.5;
/** More than are open in a run. */
const MANY = 100;
/** Decisions that are made after the faults have ended. */
const AFTERWARDS = 4;

/** Lists dead letters, and resolves them in one way or another, some of them twice. */
export function hireOperator(world: World): Actor {
  const { actor, ports } = world.enter('operator', () => hireOperator(world));
  const { random } = world;
  const readEnvelope = envelopeReaderOf(world.catalog.events);
  let decisions = 0;
  const newId = (): string => `${actor.name}-${decisions++}`;
  const resolving = { log: ports.log, deadLetters: ports.deadLetters, readEnvelope, clock: actor.clock, newId };
  const mended: object[] = [];
  /** Whoever sent it sends it again, as it should have been. */
  const sendAgain = async (): Promise<void> => {
    const outcome = readEnvelope(random.pick(mended));
    if (outcome.kind === 'valid') await ports.log.append(STREAM, [outcome.record]);
  };
  const resolve = async (letter: DeadLetter): Promise<void> => {
    const kind = random.chance(DISCARDED) ? 'discard' : 'redrive';
    const isCorrected = kind === 'redrive' && !random.chance(AS_IT_IS);
    const corrected = isCorrected ? saleInPlaceOf(random, letter.key) : undefined;
    if (corrected !== undefined) mended.push(corrected);
    const decision = { kind, by: actor.name, note: null } as const;
    await resolveDeadLetter(resolving, letter, letter.offset, decision, corrected);
  };
  world.live(async () => {
    for (let left = AFTERWARDS; actor.isRunning && left > 0; left -= world.isResting ? 1 : 0) {
      await actor.sleep(random.between(PAUSE_MS.low, PAUSE_MS.high));
      try {
        if (mended.length > 0 && random.chance(AGAIN)) await sendAgain();
        const state = random.chance(OPEN_ONLY) ? 'open' : null;
        const letters = await ports.deadLetters.list({ stream: STREAM, code: null, reason: null, state }, null, MANY);
        if (letters.length > 0) await resolve(random.pick(letters));
      } catch (error) {
        world.tolerate(error);
      }
    }
  });
  return actor;
}
