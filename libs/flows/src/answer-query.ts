import {
  TwofoldError,
  compareRows,
  encodePosition,
  hasReached,
  mergeRows,
  offsetAt,
  positionOf,
  rowKeyOf,
  type Offset,
  type OffsetVector,
  type Partition,
  type Position,
  type RowOrder,
  type RowSelection,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { BatchViewStore, Clock, Generation, SpeedRecord, SpeedViewStore } from '@twofold/ports';

export type AnswerPorts = {
  readonly batchViews: Pick<BatchViewStore, 'published' | 'history' | 'read' | 'readKeys'>;
  readonly speedViews: Pick<SpeedViewStore, 'read'>;
  /** Where the stream's partitions end now, or a moment ago; null when the log cannot be asked. */
  readonly heads: (stream: string) => Promise<readonly Offset[] | null>;
  readonly clock: Clock;
};

export type RowsQuery = {
  readonly plan: ViewPlan;
  readonly selection: RowSelection;
  readonly order: RowOrder;
  /** Rows of the page, at most {@link MAX_PAGE_ROWS}. */
  readonly limit: number;
  /** The last row of the page before. */
  readonly after: ViewRow | null;
  /** The answer must have reached this position; waits for it up to `waitMs`. */
  readonly atLeast: Position | null;
  readonly waitMs: number;
  /** The newest event in the answer may be this old while others wait to be applied. */
  readonly maxStalenessMs: number | null;
};

/** How an answer came about: what it is exact at, and how fresh that is (DESIGN 8). */
export type AnswerEnvelope = {
  readonly view: string;
  readonly version: string;
  readonly generation: number;
  readonly cut: OffsetVector;
  readonly offsets: OffsetVector;
  readonly position: string;
  readonly freshness: {
    readonly appliedAt: string | null;
    readonly ageMs: number | null;
    readonly lagEvents: number | null;
  };
  readonly parts: { readonly batchRows: number; readonly speedRows: number };
  readonly catchingUp: boolean;
  readonly deadLetters: number;
};

export type RowsAnswer = {
  readonly rows: readonly ViewRow[];
  readonly answer: AnswerEnvelope;
  /** Whether more rows follow the last. */
  readonly hasMore: boolean;
};

/** Rows of one page: an answer stays within some MB. */
export const MAX_PAGE_ROWS = 10_000;
/** Speed rows that one partition may add to an answer: the store is busy for some 50 ms with them. */
const MAX_SPEED_ROWS = 50_000;
/** Keys of one look-up in a generation (BatchViewStore.readKeys). */
const KEYS_AT_ONCE = 10_000;
/** Generations among which the one before the published one is: those after it are loaded, not yet published. */
const RECENT = 5;
/** A reader starts again when the generation it began with was dropped: more often means something else is wrong. */
const MAX_ATTEMPTS = 5;
/** Between two looks for a position that is waited for: short against the time from append to applied. */
const POLL_MS = 5;

/**
 * Answers a query: generation ⊕ every epoch from its cut on, exact at the offsets that the answer names (DESIGN 6, rule 8).
 *
 * Where the speed record of a partition does not fit the generation's cut, the generation alone answers for that
 * partition: exact at the cut, marked `catchingUp`. There is never a silent hole. It writes nothing.
 *
 * @throws TwofoldError `position-not-reached`, `too-stale`, `answer-too-large`, `store-unavailable`
 */
export async function answerQuery(ports: AnswerPorts, query: RowsQuery): Promise<RowsAnswer> {
  const giveUpAtMs = ports.clock.now() + query.waitMs;
  const wanted = positionInStream(query);
  for (let attempt = 1; ;) {
    const { generation, speed } = await readFitting(ports, query, await publishedGeneration(ports, query.plan));
    if (wanted !== null && !hasReached(speed.offsets, wanted)) {
      if (ports.clock.now() >= giveUpAtMs) throw notReached(query, speed.offsets, wanted);
      await ports.clock.wait(POLL_MS);
      continue;
    }
    const page = await readPage(ports, query, generation, speed.rows);
    if (page !== null) return describe(ports, query, generation, speed, page);
    if (attempt++ === MAX_ATTEMPTS) {
      throw new TwofoldError(
        'store-unavailable',
        `the generations of ${query.plan.id.name} were dropped faster than they could be read`,
      );
    }
  }
}

type Speed = {
  readonly rows: readonly ViewRow[];
  readonly offsets: OffsetVector;
  readonly appliedAtMs: number | null;
  readonly deadLetters: number;
  readonly catchingUp: boolean;
};

type Page = { readonly rows: readonly ViewRow[]; readonly hasMore: boolean; readonly batchKeys: ReadonlySet<string> };

async function publishedGeneration({ batchViews }: AnswerPorts, plan: ViewPlan): Promise<Generation> {
  const generation = await batchViews.published(plan.id);
  if (generation !== null) return generation;
  throw new TwofoldError(
    'store-unavailable',
    `view ${plan.id.name} is not registered yet: no speed-view-builder or batch-view-builder of this version has started`,
  );
}

type Reading = { readonly generation: Generation; readonly speed: Speed };

/**
 * The published generation with the speed records; where a record has not sealed at its cut yet, the generation before,
 * if the records fit that one: as exact, and not behind what was answered a moment ago. Else the published one all the same.
 */
async function readFitting(ports: AnswerPorts, query: RowsQuery, published: Generation): Promise<Reading> {
  const reading = { generation: published, speed: await readSpeed(ports, query, published) };
  const before = reading.speed.catchingUp ? await generationBefore(ports, published) : null;
  if (before === null) return reading;
  const speed = await readSpeed(ports, query, before);
  return speed.catchingUp ? reading : { generation: before, speed };
}

async function generationBefore(
  { batchViews }: AnswerPorts,
  { view, number, cut }: Generation,
): Promise<Generation | null> {
  if (number > 1)
    return (await batchViews.history(view, RECENT)).find((candidate) => candidate.number === number - 1) ?? null;
  if (number === 0) return null;
  const start = Object.fromEntries(Object.entries(cut).map(([stream, offsets]) => [stream, offsets.map(() => 0)]));
  return { view, number: 0, cut: start, rowCount: 0, deadLetters: 0, appliedAtMs: null, publishedAtMs: null };
}

/** Per partition, at one moment each: the epochs from the cut on if they fit it, else nothing but the cut itself. */
async function readSpeed(
  { speedViews }: AnswerPorts,
  { plan, selection }: RowsQuery,
  generation: Generation,
): Promise<Speed> {
  const { stream } = plan.event;
  const perPartition = (generation.cut[stream] ?? []).map(async (_, partition) => {
    const place: Partition = { stream, partition };
    const cut = offsetAt(generation.cut, place);
    const read = await speedViews.read({ view: plan.id, partition: place }, cut, selection, MAX_SPEED_ROWS);
    if (read === null || !fits(read.record, cut))
      return { rows: [], offset: cut, appliedAtMs: null, deadLetters: 0, fits: false };
    const { applied, appliedAtMs, epochs } = read.record;
    const deadLetters = epochs.filter(({ start }) => start >= cut).reduce((sum, epoch) => sum + epoch.deadLetters, 0);
    return { rows: read.rows, offset: applied, appliedAtMs, deadLetters, fits: true };
  });
  const parts = await Promise.all(perPartition);
  return {
    rows: mergeRows(
      plan,
      parts.flatMap(({ rows }) => rows),
    ),
    offsets: { [stream]: parts.map(({ offset }) => offset) },
    appliedAtMs: newest([generation.appliedAtMs, ...parts.map(({ appliedAtMs }) => appliedAtMs)]),
    deadLetters: generation.deadLetters + parts.reduce((sum, part) => sum + part.deadLetters, 0),
    catchingUp: parts.some((part) => !part.fits),
  };
}

/** Whether the record's epochs run without a gap from exactly the cut to what is applied. */
export function fits({ applied, epochs }: SpeedRecord, cut: Offset): boolean {
  const from = epochs.filter(({ start }) => start >= cut);
  const straddles = epochs.some(({ start, end }) => start < cut && (end === null || end > cut));
  const contiguous = from.every(({ end }, index) => end === (from[index + 1]?.start ?? null));
  return !straddles && contiguous && from[0]?.start === cut && (from.at(-1)?.start ?? Infinity) <= applied;
}

/**
 * The page's rows, merged. Rows that no speed row touches are in the generation's own order, so its first
 * limit + (number of speed rows) after the cursor hold every untouched row of the page; the touched ones are looked up
 * by key. null: the generation was dropped meanwhile.
 */
async function readPage(
  { batchViews }: AnswerPorts,
  query: RowsQuery,
  generation: Generation,
  speedRows: readonly ViewRow[],
): Promise<Page | null> {
  const { plan, selection, order, limit, after } = query;
  const first = await batchViews.read(
    plan,
    generation.number,
    selection,
    order,
    limit + speedRows.length + 1,
    ...(after === null ? [] : [after]),
  );
  if (first === null) return null;
  const batchRows = new Map(first.map((row) => [rowKeyOf(row), row]));
  const unseen = speedRows.filter((row) => !batchRows.has(rowKeyOf(row)));
  for (let start = 0; start < unseen.length; start += KEYS_AT_ONCE) {
    const touched = await batchViews.readKeys(plan, generation.number, unseen.slice(start, start + KEYS_AT_ONCE));
    if (touched === null) return null;
    for (const row of touched) batchRows.set(rowKeyOf(row), row);
  }
  const compare = compareRows(plan, order);
  const following = mergeRows(plan, [...batchRows.values(), ...speedRows])
    .filter((row) => after === null || compare(row, after) > 0)
    .sort(compare);
  return { rows: following.slice(0, limit), hasMore: following.length > limit, batchKeys: new Set(batchRows.keys()) };
}

async function describe(
  ports: AnswerPorts,
  query: RowsQuery,
  generation: Generation,
  speed: Speed,
  page: Page,
): Promise<RowsAnswer> {
  const { id, event } = query.plan;
  const heads = await ports.heads(event.stream);
  const offsets = speed.offsets[event.stream] ?? [];
  const lagEvents =
    heads === null
      ? null
      : offsets.reduce((sum, offset, partition) => sum + Math.max(0, (heads[partition] ?? offset) - offset), 0);
  const ageMs = speed.appliedAtMs === null ? null : Math.max(0, ports.clock.now() - speed.appliedAtMs);
  const isStale = lagEvents !== 0 && (ageMs === null || ageMs > (query.maxStalenessMs ?? Infinity));
  if (query.maxStalenessMs !== null && isStale) {
    const waiting = lagEvents === null ? 'nobody knows how many' : lagEvents;
    throw new TwofoldError(
      'too-stale',
      `the newest event applied is ${ageMs ?? 'unknown'} ms old, and ${waiting} events wait; at most ${query.maxStalenessMs} ms were asked for`,
    );
  }
  const speedKeys = new Set(speed.rows.map(rowKeyOf));
  const keys = page.rows.map(rowKeyOf);
  return {
    rows: page.rows,
    hasMore: page.hasMore,
    answer: {
      view: id.name,
      version: id.version,
      generation: generation.number,
      cut: generation.cut,
      offsets: speed.offsets,
      position: encodePosition(positionOf(speed.offsets)),
      freshness: {
        appliedAt: speed.appliedAtMs === null ? null : new Date(speed.appliedAtMs).toISOString(),
        ageMs,
        lagEvents,
      },
      parts: {
        batchRows: keys.filter((key) => page.batchKeys.has(key)).length,
        speedRows: keys.filter((key) => speedKeys.has(key)).length,
      },
      catchingUp: speed.catchingUp,
      deadLetters: speed.deadLetters,
    },
  };
}

/** The part of the position that this view can reach: its own stream's. */
function positionInStream({ plan, atLeast }: RowsQuery): Position | null {
  const offsets = atLeast?.[plan.event.stream];
  return offsets === undefined ? null : { [plan.event.stream]: offsets };
}

const notReached = ({ plan, waitMs }: RowsQuery, offsets: OffsetVector, wanted: Position): TwofoldError =>
  new TwofoldError(
    'position-not-reached',
    `${plan.id.name} is at ${JSON.stringify(offsets)}, not yet at ${JSON.stringify(wanted)}, after ${waitMs} ms; ask again, or with a longer waitMs`,
  );

const newest = (times: readonly (number | null)[]): number | null =>
  times.reduce((a, b) => (a === null ? b : b === null ? a : Math.max(a, b)), null);
