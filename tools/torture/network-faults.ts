import { setTimeout as pause } from 'node:timers/promises';
import { ABRUPT, AWAY_MS, type Fault } from './fault.ts';
import { SERVERS, type ServerName } from './servers.ts';

/** Longer than the patience of 5 s that stores' clients have for one reply: what was sent comes when nobody waits any more. */
const MUTE_MS = { least: 500, most: 12_000 };
/** How much longer each piece takes, ms: a bad day between two regions. */
const DELAY_MS = { least: 20, most: 400 };

const cut = (server: ServerName): Fault => ({
  kind: `connections to ${server} cut`,
  manners: ABRUPT,
  touches: server,
  async inject(world, random) {
    const times = random.between(1, 4);
    for (let time = 0; time < times; time++) {
      for (const proxy of world.servers.proxiesTo(server)) proxy.cut();
      await pause(random.between(10, 700));
    }
  },
});

const halfOpen = (server: ServerName): Fault => ({
  kind: `connections to ${server} half-open`,
  manners: ABRUPT,
  touches: server,
  async inject(world, random) {
    const proxies = world.servers.proxiesTo(server);
    for (const proxy of proxies) proxy.silence();
    await pause(random.between(MUTE_MS.least, MUTE_MS.most));
    // either all that was sent arrives late, or never
    const isLost = random.below(2) === 0;
    for (const proxy of proxies) {
      if (isLost) proxy.cut();
      proxy.mend();
    }
  },
});

const slow = (server: ServerName): Fault => ({
  kind: `connections to ${server} slow`,
  manners: ABRUPT,
  touches: server,
  async inject(world, random) {
    const delayMs = random.between(DELAY_MS.least, DELAY_MS.most);
    for (const proxy of world.servers.proxiesTo(server)) proxy.slowDown(delayMs);
    await pause(random.between(AWAY_MS.least, AWAY_MS.most));
    for (const proxy of world.servers.proxiesTo(server)) proxy.mend();
  },
});

/** What happens to the network between apps and servers, one at a time. */
export const NETWORK_FAULTS: readonly Fault[] = SERVERS.flatMap((server) => [
  cut(server),
  halfOpen(server),
  slow(server),
]);
