import { hasReached, offsetAt, type OffsetVector, type Position, type ViewPlan } from '@twofold/core';
import type { RowsAnswer, RowsQuery } from '@twofold/flows';
import { holdAside, textOfRows, type Reference } from './reference.js';
import { hold } from './violation.js';

export type Asked = {
  readonly plan: ViewPlan;
  readonly atLeast: Position | null;
  /** The offsets of an answer that this one must not be older than. */
  readonly before: OffsetVector | null;
};

/** Every answer is the naive fold of the log at its own offsets, and not older than it may be. */
export function checkAnswer(
  reference: Reference,
  { plan, atLeast, before }: Asked,
  { rows, answer }: RowsAnswer,
): void {
  const { cut, offsets, generation } = answer;
  const told = (): string => `${plan.id.name}, generation ${generation} ${textOf(cut)}, at ${textOf(offsets)}`;
  for (const partition of reference.partitions) {
    const offset = offsetAt(offsets, partition);
    const isOnLog = offset <= reference.endOf(partition) && offset >= offsetAt(cut, partition);
    hold(isOnLog, 'answer', () => `${told()}: offsets below the cut, or beyond the log's end`);
  }
  const expected = reference.rowsBelow(plan, offsets);
  hold(textOfRows(rows) === expected, 'answer', () => `${told()}: rows\n${textOfRows(rows)}\ninstead of\n${expected}`);
  holdAside(reference.asideBelow(offsets), answer, 'answer', told);
  const isThere = atLeast === null || hasReached(offsets, atLeast);
  hold(isThere, 'session', () => `${told()}: asked for at least ${JSON.stringify(atLeast)}`);
  const isNewer =
    before === null ||
    reference.partitions.every((partition) => offsetAt(offsets, partition) >= offsetAt(before, partition));
  hold(isNewer, 'session', () => `${told()}: the answer before was at ${before === null ? '' : textOf(before)}`);
}

const textOf = (vector: OffsetVector): string =>
  Object.values(vector)
    .map((offsets) => `[${offsets.join(' ')}]`)
    .join();

const MAX_ROWS = 10_000;

/** All that there is to ask of a view. */
export const everyRow = (plan: ViewPlan, atLeast: Position | null, waitMs: number): RowsQuery => ({
  plan,
  selection: { dimensions: plan.dimensions.map(() => null), fromWindow: null, toWindow: null },
  rollUp: null,
  having: [],
  order: { by: { kind: 'window' }, descending: false },
  limit: MAX_ROWS,
  after: null,
  atLeast,
  waitMs,
  maxStalenessMs: null,
});
