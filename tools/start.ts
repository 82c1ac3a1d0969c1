import { startApps, type RunningApps } from './demo/apps.ts';
import { compareView, FLIGHT_VIEWS } from './demo/check.ts';
import { feedFlights } from './demo/feed.ts';
import { GenerationsSeen } from './demo/generations-seen.ts';
import { freshInstallation } from './demo/installation.ts';
import { readOptions, USAGE, type DemoOptions } from './demo/options.ts';
import { rebuildInMidStream } from './demo/rebuild.ts';
import { settled } from './demo/settle.ts';
import { watchAnswer } from './demo/watch.ts';
import { INTERRUPTED, runCommand } from './command.ts';
import { interruption } from './interruption.ts';
import { readStack, stackDown, stackUp, writeStack } from './stack/local-stack.ts';
import { placeOf } from './stack/place.ts';

/** Time from one round of builds to the next: short, for a demo is. */
const BUILD_EVERY_MS = 3_000;
/** How long the last flight waits for a generation, so that one is published while events arrive. */
const GENERATION_MS = 60_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const interrupted = interruption();

/** How it ended; the verdict is the last thing said, when everything is stopped. */
type Outcome = { readonly code: number; readonly verdict?: string };

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    say(USAGE);
    return 0;
  }
  const { code, verdict } = await withStack(options);
  if (verdict !== undefined) say(verdict);
  return code;
}

/** What this starts of the stack, it stops; what ran before stays. */
async function withStack(options: DemoOptions): Promise<Outcome> {
  const before = readStack();
  const { stack, started } = await stackUp(say);
  try {
    say('building the apps …');
    const built = await runCommand('nx', ['run-many', '-t', 'build'], {
      stop: interrupted,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (built === INTERRUPTED) return { code: INTERRUPTED };
    if (built !== 0) throw new Error('the apps cannot be built: npm run build tells why');
    return await withApps(options, stack.environment, async (apps) => {
      writeStack(placeOf(), { ...stack, apps: apps.urls });
      return Promise.race([apps.ended, play(options, apps)]);
    });
  } finally {
    if (started.length > 0 || before === null) await stackDown(placeOf(), { roles: started });
    else writeStack(placeOf(), { ...stack, apps: {} });
  }
}

/** Five apps on a platform of their own, which is gone afterwards, whatever happened. */
async function withApps(
  options: DemoOptions,
  servers: Parameters<typeof freshInstallation>[0],
  work: (apps: RunningApps) => Promise<Outcome>,
): Promise<Outcome> {
  const installation = freshInstallation(servers);
  let apps: RunningApps | null = null;
  try {
    say('starting the five apps …');
    const environment = {
      ...installation.environment,
      TWOFOLD_PARTITIONS: `${options.partitions}`,
      BUILD_EVERY_MS: `${BUILD_EVERY_MS}`,
      LOG_LEVEL: 'info',
    };
    apps = await startApps(environment, options.ports, say);
    return interrupted.aborted ? { code: INTERRUPTED } : await work(apps);
  } finally {
    say('stopping …');
    await apps?.stop();
    await installation.remove().catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
  }
}

/** The main job: history fast, then live; builds under way; one answer growing; at the end the check. */
async function play(options: DemoOptions, { urls }: RunningApps): Promise<Outcome> {
  const gateway = urls['serving-gateway'];
  if (!options.once) showUrls(urls);
  const generations = new GenerationsSeen();
  const beforeLast = (): Promise<void> => generations.waitForFirst(GENERATION_MS, interrupted);
  const feed = feedFlights(urls.ingest, { ...options, beforeLast }, interrupted);
  const watching = new AbortController();
  const watched = watchAnswer(
    gateway,
    feed,
    (generation) => generations.add(generation),
    AbortSignal.any([watching.signal, interrupted]),
  );
  const rebuilt = rebuildInMidStream(urls['replay-orchestrator'], 'delays-by-airport', interrupted);
  await Promise.race([feed.done, watched.then(() => feed.done)]);
  const published = generations.close();
  if (interrupted.aborted) return watched.then(() => ({ code: options.once ? INTERRUPTED : 0 }));
  await settled(gateway, FLIGHT_VIEWS, feed.sent());
  watching.abort();
  await watched;

  say(`\n${feed.sent().toLocaleString('en')} flights played; ${await rebuilt}`);
  say(`generations of delays-by-airport published while they arrived: ${published.join(', ') || 'none'}`);
  if (options.once) return check(gateway, feed.sent(), published.length);
  say('all flights are played; Ctrl-C ends it');
  await new Promise<void>((resolve) => interrupted.addEventListener('abort', () => resolve(), { once: true }));
  return { code: 0 };
}

async function check(gateway: string, events: number, generations: number): Promise<Outcome> {
  let rows = 0;
  let isExact = true;
  for (const view of FLIGHT_VIEWS) {
    const comparison = await compareView(gateway, view, events);
    const isEqual = comparison.differences.length === 0;
    rows += comparison.rows;
    isExact &&= isEqual;
    say(`${view}: ${comparison.rows.toLocaleString('en')} rows, ${isEqual ? 'equal' : 'NOT equal'} to the source`);
    comparison.differences.forEach((difference) => say(`  ${difference}`));
  }
  if (generations === 0) say('no generation was published while events were arriving');
  const compared = `${rows.toLocaleString('en')} rows of ${FLIGHT_VIEWS.length} views compared with ${events.toLocaleString('en')} flights`;
  return {
    code: isExact && generations > 0 ? 0 : 1,
    verdict: `exact: ${isExact ? 'yes' : 'no'} (${compared})`,
  };
}

function showUrls(urls: RunningApps['urls']): void {
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
