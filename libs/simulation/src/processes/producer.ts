import type { OutgoingEvent } from '@twofold/ports';
import type { Actor } from '../actor.js';
import { STREAM, drawSale } from '../sales.js';
import type { World } from '../world.js';

const BURST = { low: 1, high: 5 };
/** How often events are sent that the log does not confirm. */
const TRIES = 2;
/** Among so many of the last events are those that are sent again. */
const LATELY = 8;

/** Appends events in bursts. What the log does not confirm it sends again, though it may be there: and at times some that it did confirm. */
export function hireProducer(world: World): Actor {
  const { actor, ports } = world.enter('producer', () => hireProducer(world));
  const { random, profile } = world;
  const append = async (events: readonly OutgoingEvent[]): Promise<boolean> => {
    try {
      const places = await ports.log.append(STREAM, events);
      const beyond = Object.fromEntries(places.map(({ partition, offset }) => [partition, offset + 1]));
      world.acknowledged = { [STREAM]: { ...world.acknowledged?.[STREAM], ...beyond } };
      return true;
    } catch (error) {
      world.tolerate(error);
      return false;
    }
  };
  world.live(async () => {
    const sent: OutgoingEvent[] = [];
    /** One that was sent lately, again, or a new one. */
    const draw = (): OutgoingEvent => {
      const lately = sent.slice(-LATELY);
      const isAgain = lately.length > 0 && random.chance(profile.again);
      const event = isAgain ? random.pick(lately) : drawSale(random, sent.length);
      if (!isAgain) sent.push(event);
      return event;
    };
    for (let number = 0; number < profile.events && actor.isRunning;) {
      const size = random.whole(BURST.low, BURST.high);
      const events = Array.from({ length: size }, draw);
      number += size;
      for (let tries = 0, isOnLog = false; !isOnLog && tries < TRIES; tries++) {
        isOnLog = await append(events);
        await actor.sleep(random.between(0, (2 * profile.historyMs * size) / profile.events));
      }
    }
    world.isProducing = false;
  });
  return actor;
}
