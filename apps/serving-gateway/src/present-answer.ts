import { encodeCursor, presentRow, rolledPlan, type PageShape, type PresentedRow, type ViewPlan } from '@twofold/core';
import type { AnswerEnvelope, RowsAnswer } from '@twofold/flows';

/** An answer as REST and GraphQL show it. */
export type PresentedAnswer = {
  readonly rows: readonly PresentedRow[];
  readonly answer: AnswerEnvelope;
  /** `cursor` of the next page; null after the last row. */
  readonly next: string | null;
};

/** @throws TwofoldError `distinct-too-large` where a row of the page has more different values than are counted */
export function presentAnswer(
  plan: ViewPlan,
  shape: PageShape,
  { rows, answer, hasMore }: RowsAnswer,
): PresentedAnswer {
  const rowsOf = rolledPlan(plan, shape.rollUp);
  const last = rows.at(-1);
  return {
    rows: rows.map((row) => presentRow(rowsOf, row)),
    answer,
    next: hasMore && last !== undefined ? encodeCursor(plan, shape, last) : null,
  };
}
