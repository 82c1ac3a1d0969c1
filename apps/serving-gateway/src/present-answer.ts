import { encodeCursor, presentRow, type PresentedRow, type RowOrder, type ViewPlan } from '@twofold/core';
import type { AnswerEnvelope, RowsAnswer } from '@twofold/flows';

/** An answer as REST and GraphQL show it. */
export type PresentedAnswer = {
  readonly rows: readonly PresentedRow[];
  readonly answer: AnswerEnvelope;
  /** `cursor` of the next page; null after the last row. */
  readonly next: string | null;
};

export function presentAnswer(plan: ViewPlan, order: RowOrder, { rows, answer, hasMore }: RowsAnswer): PresentedAnswer {
  const last = rows.at(-1);
  return {
    rows: rows.map((row) => presentRow(plan, row)),
    answer,
    next: hasMore && last !== undefined ? encodeCursor(plan, order, last) : null,
  };
}
