import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { startApps, type RunningApps } from './demo/apps.ts';
import { compareView, FLIGHT_VIEWS } from './demo/check.ts';
import { feedFlights } from './demo/feed.ts';
import { ask } from './demo/gateway.ts';
import { freshInstallation } from './demo/installation.ts';
import { ALL_FLIGHTS, readOptions, USAGE, type DemoOptions } from './demo/options.ts';
import { watchAnswer } from './demo/watch.ts';
import { readStack, stackDown, stackUp, writeStack } from './stack/local-stack.ts';
import { placeOf } from './stack/place.ts';

/** Time from one round of builds to the next: short, for a demo is. */
const BUILD_EVERY_MS = 3_000;
/** How long the last events may take into every view. */
const SETTLE_MS = 300_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    say(USAGE);
    return 0;
  }
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());

  const ranBefore = readStack() !== null;
  const stack = await stackUp(say);
  const installation = freshInstallation(stack.environment);
  let apps: RunningApps | null = null;
  try {
    say('building the apps …');
    if (
      spawnSync('nx', ['run-many', '-t', 'build'], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, NX_DAEMON: 'false' },
      }).status !== 0
    ) {
      throw new Error('the apps cannot be built: npm run build tells why');
    }
    say('starting the five apps …');
    const environment = {
      ...installation.environment,
      TWOFOLD_PARTITIONS: `${options.partitions}`,
      BUILD_EVERY_MS: `${BUILD_EVERY_MS}`,
      LOG_LEVEL: 'info',
    };
    const { gateway, ingest, orchestrator } = options.ports;
    const ports = {
      ingest,
      'serving-gateway': gateway,
      'replay-orchestrator': orchestrator,
      'speed-view-builder': 4003,
      'batch-view-builder': 4004,
    };
    apps = await startApps(environment, ports, say);
    writeStack(placeOf(), { ...stack, apps: apps.urls });
    return await Promise.race([apps.ended, play(options, apps, interrupted.signal)]);
  } finally {
    say('stopping …');
    await apps?.stop();
    await installation.remove();
    if (ranBefore) writeStack(placeOf(), { ...stack, apps: {} });
    else await stackDown();
  }
}

/** The main job: history fast, then live; builds under way; one answer growing; at the end the check. */
async function play(options: DemoOptions, apps: RunningApps, interrupted: AbortSignal): Promise<number> {
  const gateway = apps.urls['serving-gateway'];
  const events = options.once ? options.events : ALL_FLIGHTS;
  const live = options.once ? options.live : ALL_FLIGHTS - (options.events - options.live);
  const watching = new AbortController();
  const feed = feedFlights(apps.urls.ingest, events, live, options.rate, interrupted);
  const generations = new Set<number>();
  let isFeeding = true;
  const seen = (generation: number): void => {
    if (isFeeding && generation > 0) generations.add(generation);
  };
  if (!options.once) showUrls(apps);
  const watched = watchAnswer(gateway, feed, seen, AbortSignal.any([watching.signal, interrupted]));
  const rebuilt = requestRebuild(apps.urls['replay-orchestrator'], interrupted);
  await Promise.race([feed.done, watched.then(() => feed.done)]);
  isFeeding = false;
  if (interrupted.aborted) return watched.then(() => 0);
  await settled(gateway);
  watching.abort();
  await watched;
  await rebuilt;

  say(
    `\n${feed.sent().toLocaleString('en')} flights played; generations of delays-by-airport published while they arrived: ${[...generations].join(', ') || 'none'}`,
  );
  if (!options.once) {
    say('all flights are played; Ctrl-C ends it');
    await new Promise<void>((resolve) => interrupted.addEventListener('abort', () => resolve()));
    return 0;
  }
  return check(gateway, events, generations.size);
}

async function check(gateway: string, events: number, generations: number): Promise<number> {
  let rows = 0;
  let isExact = true;
  for (const view of FLIGHT_VIEWS) {
    const comparison = await compareView(gateway, view, events);
    rows += comparison.rows;
    say(
      `${view}: ${comparison.rows.toLocaleString('en')} rows, ${comparison.differences.length === 0 ? 'equal to the source' : 'NOT equal to the source'}`,
    );
    comparison.differences.forEach((difference) => say(`  ${difference}`));
    if (comparison.differences.length > 0) isExact = false;
  }
  if (generations === 0) say('no generation was published while events were arriving');
  say(
    `exact: ${isExact ? 'yes' : 'no'} (${rows.toLocaleString('en')} rows of ${FLIGHT_VIEWS.length} views compared with ${events.toLocaleString('en')} flights)`,
  );
  return isExact && generations > 0 ? 0 : 1;
}

/** A rebuild on request, in mid-stream, beside those on schedule. */
async function requestRebuild(orchestrator: string, interrupted: AbortSignal): Promise<void> {
  await pause(2_000, undefined, { signal: interrupted }).catch(() => undefined);
  if (interrupted.aborted) return;
  await fetch(`${orchestrator}/v1/views/delays-by-airport/rebuilds`, { method: 'POST' });
}

/** Every event that ingest took is in every view. */
async function settled(gateway: string): Promise<void> {
  const givenUpAtMs = Date.now() + SETTLE_MS;
  for (const view of FLIGHT_VIEWS) {
    for (;;) {
      const { answer } = await ask(gateway, view, { limit: '1' });
      if (answer.freshness.lagEvents === 0 && !answer.catchingUp) break;
      if (Date.now() > givenUpAtMs)
        throw new Error(`${view} is not at the end of the log after ${SETTLE_MS / 1000} s: ${JSON.stringify(answer)}`);
      await pause(100);
    }
  }
}

function showUrls({ urls }: RunningApps): void {
  const gateway = urls['serving-gateway'];
  say(`
  gateway       ${gateway}
  ingest        ${urls.ingest}
  orchestrator  ${urls['replay-orchestrator']}

  curl '${gateway}/v1/views'
  curl '${gateway}/v1/views/delays-by-airport/rows?airport=ATL&orderBy=-window&limit=3'
  curl '${gateway}/v1/views/new-users-by-day/rows'
  curl '${gateway}/graphql' -H 'content-type: application/json' \\
    -d '{"query":"{ delaysByAirport(where: {airport: \\"ATL\\"}, orderBy: flights_desc, first: 3) { rows { window { start } flights averageDelay } answer { generation freshness { ageMs lagEvents } } } }"}'
  curl -X POST '${urls['replay-orchestrator']}/v1/views/delays-by-airport/rebuilds'

Ctrl-C ends it and leaves nothing running.
`);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
