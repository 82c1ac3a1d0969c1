import { catalog } from '@twofold/catalog';
import { PostgresBatchViewStore } from '@twofold/batch-view-store-postgres';
import { planView, type ReplayPhase, type ViewPlan } from '@twofold/core';
import { openMetadata } from '@twofold/metadata';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from './random.ts';
import { PARTITIONS, type World } from './world.ts';

const BETWEEN_MS = { least: 200, most: 2_000 };
/** Longer than any bound of the orchestrator's own. */
const PATIENCE_MS = 60_000;
/** Some replays are slow, so that much happens while they are under way. */
const EVENTS_PER_SECOND = [null, null, null, 2_000] as const;
/** What may be decided in a phase, the likelier the more often it is named. */
const DECISIONS: Readonly<Partial<Record<ReplayPhase, readonly [string, ...string[]]>>> = {
  queued: ['nothing', 'nothing', 'nothing', 'pause', 'resume', 'resume', 'cancel'],
  running: ['nothing', 'nothing', 'pause', 'resume', 'resume', 'throttle', 'cancel'],
  compared: ['promote', 'promote', 'promote', 'cancel'],
  promoted: ['rollback', 'nothing', 'nothing'],
  'rolled-back': ['promote', 'nothing'],
};
/** Phases from which a replay goes on without anybody's decision. */
const UNDER_WAY: readonly ReplayPhase[] = [
  'queued',
  'running',
  'built',
  'promoting',
  'rolling-back',
  'cancelled',
  'failed',
];

/** Few enough that each comes to all its phases. */
const REPLAYED = catalog.views
  .slice(0, 2)
  .concat(catalog.views.slice(-1))
  .map(({ id }) => id.name);

/** A version of each view beside the one that the catalog declares: with one measure more. */
const OTHERS: readonly ViewPlan[] = catalog.views.flatMap(({ definition }) => {
  if (definition.kind !== 'view') return [];
  const measures = [...definition.measures, { name: 'alsoCounted', aggregate: { kind: 'count' } } as const];
  return planView({ ...definition, measures }, catalog.events);
});

/** Every version of every view, by version. */
export const PLANS: ReadonlyMap<string, ViewPlan> = new Map(
  [...catalog.views, ...OTHERS].map((plan) => [plan.id.version, plan]),
);

type Replay = {
  readonly id: string;
  readonly phase: ReplayPhase;
  readonly isPaused: boolean;
  readonly failure: { readonly code: string; readonly message: string } | null;
};
type Version = { readonly version: string; readonly state: string };

/** How often replays came to a phase, as far as was seen. */
export type ReplayCounts = ReadonlyMap<string, number>;

/** Makes the other versions known, as a build that declares them does. */
export async function registerOthers(databaseUrl: string): Promise<void> {
  const metadata = await openMetadata(databaseUrl);
  const batchViews = new PostgresBatchViewStore(metadata);
  for (const plan of OTHERS)
    await batchViews.register(plan, Object.fromEntries(plan.streams.map((stream) => [stream, PARTITIONS])));
  await metadata.close();
}

/** Somebody who replays views from one version to the other and back, and changes their mind. */
export async function runReplayer(world: World, random: Random, stop: AbortSignal): Promise<ReplayCounts> {
  const seen = new Map<string, Set<string>>();
  while (!stop.aborted) {
    const calmMs = random.between(BETWEEN_MS.least, BETWEEN_MS.most);
    await pause(calmMs, undefined, { signal: stop }).catch(() => undefined);
    const name = REPLAYED[random.below(REPLAYED.length)] ?? '';
    // it may be away, or something else may be decided meanwhile: then the next time
    const replay = await decideAbout(world, name, random).catch(() => null);
    if (replay !== null) seen.set(replay.phase, (seen.get(replay.phase) ?? new Set()).add(replay.id));
  }
  return new Map([...seen].map(([phase, ids]) => [phase, ids.size]));
}

/** Starts a replay of a view where that is possible, or decides something about the last one; resolves with that. */
async function decideAbout(world: World, name: string, random: Random): Promise<Replay | null> {
  const { versions } = await get<{ versions: readonly Version[] }>(world, `views/${name}/versions`);
  const free = versions.find(({ state }) => state === 'candidate');
  if (free !== undefined) await start(world, name, free.version, random).catch(() => undefined);
  const { replays } = await get<{ replays: readonly Replay[] }>(world, `replays?view=${name}&limit=1`);
  const replay = replays[0] ?? null;
  const decision = random.pick(DECISIONS[replay?.phase ?? 'built'] ?? ['nothing']);
  const body = decision === 'throttle' ? { eventsPerSecond: random.pick(EVENTS_PER_SECOND) } : {};
  if (replay !== null && decision !== 'nothing')
    await post(world, `replays/${replay.id}/${decision}`, body).catch(() => undefined);
  return replay;
}

const start = (world: World, view: string, version: string, random: Random): Promise<unknown> =>
  post(world, `views/${view}/replays`, { version, eventsPerSecond: random.pick(EVENTS_PER_SECOND) });

/** When all faults are mended: every replay comes to where somebody has to decide, and none failed for a fault. */
export async function judgeReplays(world: World, untilMs: number): Promise<readonly string[]> {
  const all = async (): Promise<readonly Replay[]> =>
    (await get<{ replays: readonly Replay[] }>(world, 'replays?limit=100')).replays;
  for (;;) {
    const replays = await all();
    for (const { id, isPaused } of replays)
      if (isPaused) await post(world, `replays/${id}/resume`, {}).catch(() => undefined);
    for (const { id, phase } of replays)
      if (phase === 'running')
        await post(world, `replays/${id}/throttle`, { eventsPerSecond: null }).catch(() => undefined);
    const left = replays.filter(({ phase }) => UNDER_WAY.includes(phase));
    if (left.length === 0)
      return replays.flatMap(({ id, failure }) =>
        failure === null ? [] : [`replay ${id} failed: ${JSON.stringify(failure)}`],
      );
    if (Date.now() > untilMs) return left.map((replay) => `replay ${replay.id} is still ${replay.phase}`);
    await pause(BETWEEN_MS.least);
  }
}

const get = <T>(world: World, path: string): Promise<T> => json<T>(world, path, {});

const post = (world: World, path: string, body: object): Promise<unknown> =>
  json(world, path, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ by: 'torture', ...body }),
  });

async function json<T>(world: World, path: string, init: RequestInit): Promise<T> {
  const url = `${world.urlOf('replay-orchestrator')}/v1/${path}`;
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return (await response.json()) as T;
}
