import {
  TwofoldError,
  hasReached,
  type OffsetVector,
  type Position,
  type RowsRequest,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { BatchViewStore, Generation, SpeedViewStore } from '@twofold/ports';
import { describeAnswer, type AnswerEnvelope, type FreshnessPorts } from './describe-answer.js';
import { generationBefore } from './generation-before.js';
import { readPage, type PagePorts } from './read-page.js';
import { readSpeedViews, type SpeedReading } from './read-speed-views.js';

export type AnswerPorts = FreshnessPorts & {
  readonly batchViews: PagePorts & Pick<BatchViewStore, 'published' | 'history'>;
  readonly speedViews: Pick<SpeedViewStore, 'read'>;
};

/** A checked request of a view. `limit` is at most {@link MAX_PAGE_ROWS}. */
export type RowsQuery = RowsRequest & { readonly plan: ViewPlan };

export type RowsAnswer = {
  /** Of the plan, or of the rolled plan if the request says so. */
  readonly rows: readonly ViewRow[];
  readonly answer: AnswerEnvelope;
  /** Whether more rows follow the last. */
  readonly hasMore: boolean;
};

/** Rows of one page: an answer stays within some MB. */
export const MAX_PAGE_ROWS = 10_000;
/** A reader starts again when the generation it began with was dropped: more often means something else is wrong. */
const MAX_ATTEMPTS = 5;
/** Between two looks for a position that is waited for: short against the time from append to applied. */
const POLL_MS = 5;

/**
 * Answers a query: generation ⊕ every epoch from its cut on, exact at the offsets that the answer names (docs/architecture.md, rule 8).
 *
 * Where the speed record of a partition does not fit the generation's cut, the generation alone answers for that
 * partition: exact at the cut, marked `catchingUp`. There is never a silent hole. It writes nothing.
 *
 * @throws TwofoldError `position-not-reached`, `too-stale`, `answer-too-large`, `store-unavailable`, `distinct-too-large`
 */
export async function answerQuery(ports: AnswerPorts, query: RowsQuery): Promise<RowsAnswer> {
  const giveUpAtMs = ports.clock.elapsed() + query.waitMs;
  const wanted = positionInStreams(query);
  for (let attempt = 1; ;) {
    const { generation, speed } = await readFitting(ports, query, await publishedGeneration(ports, query.plan));
    if (wanted !== null && !hasReached(speed.offsets, wanted)) {
      if (ports.clock.elapsed() >= giveUpAtMs) throw notReached(query, speed.offsets, wanted);
      await ports.clock.wait(POLL_MS);
      continue;
    }
    const page = await readPage(ports.batchViews, query, generation.number, speed.rows);
    if (page !== null) {
      const answer = await describeAnswer(ports, query.plan, generation, speed, page, query.maxStalenessMs);
      return { rows: page.rows, answer, hasMore: page.hasMore };
    }
    if (attempt++ === MAX_ATTEMPTS) {
      throw new TwofoldError(
        'store-unavailable',
        `the generations of ${query.plan.id.name} were dropped faster than they could be read`,
      );
    }
  }
}

async function publishedGeneration({ batchViews }: AnswerPorts, plan: ViewPlan): Promise<Generation> {
  const generation = await batchViews.published(plan.id);
  if (generation !== null) return generation;
  throw new TwofoldError(
    'store-unavailable',
    `view ${plan.id.name} is not registered yet: no speed-view-builder or batch-view-builder of this version has started`,
  );
}

type Reading = { readonly generation: Generation; readonly speed: SpeedReading };

/**
 * The published generation with the speed records; where a record has not sealed at its cut yet, the generation before,
 * if the records fit that one: as exact, and not behind what was answered a moment ago. Else the published one all the same.
 */
async function readFitting(
  { batchViews, speedViews }: AnswerPorts,
  { plan, selection }: RowsQuery,
  published: Generation,
): Promise<Reading> {
  const reading = { generation: published, speed: await readSpeedViews(speedViews, plan, selection, published) };
  const before = reading.speed.catchingUp ? await generationBefore(batchViews, published) : null;
  if (before === null) return reading;
  const speed = await readSpeedViews(speedViews, plan, selection, before);
  return speed.catchingUp ? reading : { generation: before, speed };
}

/** The part of the position that this view can reach: its own streams'. */
function positionInStreams({ plan, atLeast }: RowsQuery): Position | null {
  const own = Object.entries(atLeast ?? {}).filter(([stream]) => plan.streams.includes(stream));
  return own.length === 0 ? null : Object.fromEntries(own);
}

const notReached = ({ plan, waitMs }: RowsQuery, offsets: OffsetVector, wanted: Position): TwofoldError =>
  new TwofoldError(
    'position-not-reached',
    `${plan.id.name} is at ${JSON.stringify(offsets)}, not yet at ${JSON.stringify(wanted)}, after ${waitMs} ms; ask again, or with a longer waitMs`,
  );
