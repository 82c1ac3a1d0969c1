import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import { ask } from '../demo/gateway.ts';
import { runClient, type Ledger } from './client.ts';
import { Random } from './random.ts';
import { World } from './world.ts';

/** How long the tail is when Redis is emptied, events: what stands above the published cut and must be folded again. */
const TAILS = [10_000, 100_000, 500_000];
const VIEWS = ['delays-by-airport', 'routes-by-day', 'network-by-hour', 'new-users-by-day'];
const CLIENTS = 4;
/** As fast as ingest takes them. */
const FAST = 20_000;
/** While Redis is lost and folded again, events a second. */
const LOAD = 500;
const POLL_MS = 20;
const PATIENCE_MS = 600_000;

/**
 * Redis emptied under load: how long until answers of all views hold everything again, for tails of several lengths.
 * Prints a table. Between the runs a generation is built, so that each tail begins anew.
 */
async function main(): Promise<void> {
  const world = await World.open(() => undefined, { environment: { BUILD_EVERY_MS: '0' } });
  try {
    process.stdout.write('| events in the tail | until whole, s | folded again, events/s |\n|---:|---:|---:|\n');
    for (const tail of TAILS) {
      await feed(world, tail);
      const load = new AbortController();
      const loading = runClient('load', world.urlOf('ingest'), LOAD, new Random(tail), new Map(), load.signal);
      await pause(1_000);
      const applied = await appliedOf(world);
      const tookMs = await emptied(world, applied);
      load.abort();
      await loading;
      const rate = Math.round(tail / (tookMs / 1_000));
      process.stdout.write(
        `| ${tail.toLocaleString('en')} | ${(tookMs / 1_000).toFixed(1)} | ${rate.toLocaleString('en')} |\n`,
      );
      for (const view of VIEWS) await rebuilt(world, view);
    }
  } finally {
    await world.close();
  }
}

async function feed(world: World, events: number): Promise<void> {
  const ledger: Ledger = new Map();
  const enough = new AbortController();
  const clients = Array.from({ length: CLIENTS }, (_, index) => {
    const name = `feed-${events}-${index}`;
    return runClient(name, world.urlOf('ingest'), FAST, new Random(events + index), ledger, enough.signal);
  });
  while (ledger.size < events) await pause(POLL_MS);
  enough.abort();
  await Promise.all(clients);
  await until('all is folded', async () => (await appliedOf(world)).every(({ isWhole }) => isWhole));
}

type Applied = { readonly view: string; readonly offsets: number; readonly isWhole: boolean };

const appliedOf = (world: World): Promise<readonly Applied[]> =>
  Promise.all(
    VIEWS.map(async (view) => {
      const { answer } = await ask(world.urlOf('serving-gateway'), view, { limit: '1' });
      const offsets = Object.values(answer.offsets)
        .flat()
        .reduce((a, b) => a + b, 0);
      return { view, offsets, isWhole: answer.freshness.lagEvents === 0 && !answer.catchingUp };
    }),
  );

/** Empties Redis; resolves with how long it took until every view was again at what it had. */
async function emptied(world: World, before: readonly Applied[]): Promise<number> {
  const redis = await createClient({ url: world.servers.urls.REDIS_URL }).connect();
  await redis.flushAll();
  redis.destroy();
  const beganAt = performance.now();
  await until('all is folded again', async () => {
    const now = await appliedOf(world).catch(() => []); // refused with a reason, at first
    return now.length > 0 && now.every(({ offsets }, index) => offsets >= (before[index]?.offsets ?? Infinity));
  });
  return performance.now() - beganAt;
}

async function rebuilt(world: World, view: string): Promise<void> {
  const orchestrator = world.urlOf('replay-orchestrator');
  const asked = await fetch(`${orchestrator}/v1/views/${view}/rebuilds`, { method: 'POST' });
  const { id } = (await asked.json()) as { readonly id: string };
  await until(`${view} is rebuilt`, async () => {
    const { state } = (await (await fetch(`${orchestrator}/v1/rebuilds/${id}`)).json()) as { readonly state: string };
    return state === 'published';
  });
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const givenUpAtMs = Date.now() + PATIENCE_MS; Date.now() < givenUpAtMs; await pause(POLL_MS))
    if (await isSo()) return;
  throw new Error(`${what}: not within ${PATIENCE_MS / 1_000} s`);
}

await main();
