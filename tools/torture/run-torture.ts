import { catalog } from '@twofold/catalog';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { interruption } from '../interruption.ts';
import { judgeArchive } from './archive.ts';
import { judgeAudits, type JudgedAudits } from './audits.ts';
import { runClient, type Ledger } from './client.ts';
import { APP_FAULTS } from './app-faults.ts';
import { libfaketime, NO_LIBFAKETIME } from './clocks.ts';
import { historyFaults } from './history-faults.ts';
import { judgeAnswers, judgeIdentities, told } from './judge.ts';
import { NETWORK_FAULTS } from './network-faults.ts';
import { runOperator, runPoison } from './poison.ts';
import type { TortureOptions } from './options.ts';
import { Random } from './random.ts';
import { judgeReplays, registerOthers, runReplayer, type ReplayCounts } from './replays.ts';
import { injectFaults, type Injected } from './schedule.ts';
import { serverFaults } from './server-faults.ts';
import { runSession, type SessionCounts } from './session.ts';
import { settle } from './settle.ts';
import { World } from './world.ts';

const CLIENTS = 3;
/** How long replays may take to come to where somebody has to decide, when all faults are mended. */
const REPLAYED_MS = 120_000;
/** A reader of each view, every other with tokens; and one of each kind of the first view. */
const SESSIONS = catalog.views.flatMap(({ id: { name } }, index) =>
  (index === 0 ? [true, false] : [index % 2 === 0]).map((withTokens) => ({
    ...{ view: name, withTokens, name: `${name} ${withTokens ? 'with tokens' : 'without tokens'}` },
  })),
);

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Resolves with the exit code: 0 where nothing was violated. */
export async function runTorture(options: TortureOptions): Promise<number> {
  const interrupted = interruption();
  if (libfaketime() === null) say(NO_LIBFAKETIME);
  const world = await World.open(say, options);
  if (!world.archive.isOwn) say("the archive's disk does not become full: the system lets us mount none of our own");
  let violations: readonly string[] = ['it did not come to its end'];
  try {
    violations = await torture(world, options, interrupted);
  } finally {
    await world.close({ keep: violations.length > 0 });
    if (violations.length > 0) say(`logs and data are kept in ${world.directory}`);
  }
  return interrupted.aborted ? 130 : violations.length === 0 ? 0 : 1;
}

async function torture(
  world: World,
  { minutes, seed, eventsPerSecond, brokers, only }: TortureOptions,
  interrupted: AbortSignal,
): Promise<readonly string[]> {
  const random = new Random(seed);
  const polls = join(world.directory, 'polls.jsonl');
  writeFileSync(polls, '');
  const ledger: Ledger = new Map();
  const faultsEnd = new AbortController();
  const readersEnd = new AbortController();

  const failures: string[] = [];
  const orFailure = <T>(name: string, work: Promise<T>): Promise<T | null> =>
    work.catch((error: unknown) => {
      failures.push(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return null;
    });
  const clients = Array.from({ length: CLIENTS }, (_, index) => {
    const [name, ofClient] = [`c${index}`, random.fork(`client ${index}`)];
    const rate = eventsPerSecond / CLIENTS;
    return orFailure(name, runClient(name, world.urlOf('ingest'), rate, ofClient, ledger, faultsEnd.signal));
  });
  const readers = SESSIONS.map((session) =>
    orFailure(session.name, runSession(session, world.urlOf('serving-gateway'), polls, readersEnd.signal)),
  );
  const poisoning = orFailure(
    'the one who writes past ingest',
    runPoison(world, random.fork('poison'), faultsEnd.signal),
  );
  await registerOthers(world.servers.urls.DATABASE_URL);
  const replaying = orFailure('the one who replays', runReplayer(world, random.fork('replays'), faultsEnd.signal));
  const operating = orFailure('the one who resolves', runOperator(world, random.fork('operator'), faultsEnd.signal));
  const lanes = Object.entries({
    servers: serverFaults(brokers),
    apps: [...APP_FAULTS, ...historyFaults(world)],
    network: NETWORK_FAULTS,
  }).map(([name, faults]) => {
    const chosen = faults.filter(({ kind, isLong }) => only?.test(kind) ?? isLong !== true);
    return injectFaults(world, chosen, random.fork(name), faultsEnd.signal, say);
  });

  await Promise.race([
    pause(minutes * 60_000, undefined, { signal: interrupted }).catch(() => undefined),
    ...clients, // which end by themselves only where something is wrong
  ]);
  faultsEnd.abort();
  const injected = (await Promise.all(lanes)).flat();
  await Promise.all(clients);
  const replays = (await replaying) ?? new Map<string, number>();
  const poison = { written: (await poisoning) ?? 0, resolved: (await operating) ?? 0 };
  if (interrupted.aborted) {
    readersEnd.abort();
    await Promise.all(readers);
    return [];
  }
  say('the last fault is mended; waiting until all is whole again …');
  const settled = await settle(world, interrupted);
  const replayed = await judgeReplays(world, Date.now() + REPLAYED_MS).catch((error: unknown) => [String(error)]);
  readersEnd.abort();
  const sessions = (await Promise.all(readers)).filter((counts) => counts !== null);

  say('comparing every answer with the fold of the log …');
  await world.log.copy();
  const log = world.log.judged();
  const audits = await judgeAudits(world.servers.urls.DATABASE_URL);
  const checks = {
    'acknowledged events not on the log once, rejected ones on it': judgeIdentities(ledger, log),
    'answers that are not the fold of a prefix, sessions that went back': judgeAnswers(polls, log),
    'records the archive lacks or has twice': await judgeArchive(world, log),
    'generations that differ from the one before and the tail': audits.violations,
    'not whole again after the last fault': settled.violations,
    'replays that did not come to their end, or failed': replayed,
    'apps that ended by themselves': world.endedByThemselves,
    'clients and readers that failed': failures,
    'faults that could not be made or mended': injected.flatMap(({ kind, error }) =>
      error === null ? [] : [`${kind}: ${error}`],
    ),
  };
  report(injected, ledger, poison, replays, sessions, audits.counts, settled.tookMs, checks);
  return Object.values(checks).flat();
}

function report(
  injected: readonly Injected[],
  ledger: Ledger,
  poison: { readonly written: number; readonly resolved: number },
  replays: ReplayCounts,
  sessions: readonly SessionCounts[],
  audits: JudgedAudits['counts'],
  settledMs: number,
  checks: Readonly<Record<string, readonly string[]>>,
): void {
  const line = (what: string, ...counts: readonly (string | number)[]): void =>
    say(`  ${what.padEnd(68)} ${counts.map((count) => `${count}`.padStart(12)).join('')}`);
  say('\nfaults');
  line('', 'abrupt', 'graceful');
  for (const [kind, ofKind] of [...Map.groupBy(injected, ({ kind }) => kind)].sort()) {
    const of = (wanted: string): number => ofKind.filter(({ manner }) => manner === wanted).length;
    line(kind, of('abrupt'), of('graceful'));
  }
  say('\nevents sent');
  for (const outcome of ['accepted', 'rejected', 'unknown'] as const)
    line(outcome, [...ledger.values()].filter((of) => of === outcome).length.toLocaleString('en'));
  say('\npoison');
  line('dead records written past ingest', poison.written);
  line('redriven, corrected or discarded', poison.resolved);
  say('\nreplays that came to be');
  for (const [phase, count] of replays) line(phase, count);
  say('\npolls');
  const sum = (of: (counts: SessionCounts) => number): string =>
    sessions.reduce((total, counts) => total + of(counts), 0).toLocaleString('en');
  line(
    'answered',
    sum(({ answered }) => answered),
  );
  line(
    '  of these with all that was applied (not catching up)',
    sum(({ caughtUp }) => caughtUp),
  );
  const codes = new Set(sessions.flatMap(({ refused }) => [...refused.keys()]));
  for (const code of codes)
    line(
      `refused: ${code}`,
      sum(({ refused }) => refused.get(code) ?? 0),
    );
  line(
    'unanswered (no gateway)',
    sum(({ unanswered }) => unanswered),
  );
  say('\naudits');
  for (const [state, count] of Object.entries(audits)) line(state, count);
  say(
    `\nwhole again ${(settledMs / 1000).toFixed(1)} s after the last fault, each view rebuilt and published once more`,
  );
  say('\nviolations');
  for (const [what, violations] of Object.entries(checks)) {
    line(what, violations.length);
    told(violations).forEach((violation) => say(`    ${violation}`));
  }
}
