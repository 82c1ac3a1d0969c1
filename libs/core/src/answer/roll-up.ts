import { windowStartAt } from '../time/window.js';
import type { Window } from '../views/view-definition.js';
import { viewOf } from '../views/view-of.js';
import type { ViewPlan } from '../views/view-plan.js';
import type { ViewRow } from '../views/view-row.js';
import { mergeRows } from './merge-rows.js';

/** To which rows the rows of a view are brought together: exact, for parts combine. */
export type RollUp = {
  /** Coarser than the view's (`isCoarser`); null: the view's own. */
  readonly window: Window | null;
  /** The dimensions that stay: indexes of the plan, ascending, each once. */
  readonly dimensions: readonly number[];
};

/**
 * The plan whose rows a roll-up gives: of the same parts and measures, over what remains. null: the plan itself. Of a projection there
 * is no other: what stands for several subjects, nobody has said.
 */
export function rolledPlan(plan: ViewPlan, rollUp: RollUp | null): ViewPlan {
  if (rollUp === null) return plan;
  const definition = viewOf(plan);
  const remains = (_: unknown, index: number): boolean => rollUp.dimensions.includes(index);
  return {
    ...plan,
    definition: {
      ...definition,
      by: definition.by.filter(remains),
      window: rollUp.window ?? definition.window,
    },
    dimensions: plan.dimensions.filter(remains),
  };
}

/** Rows of the plan → rows of its {@link rolledPlan}, each (dimensions, window) once. The order of `rows` does not matter. */
export function rollUpRows(plan: ViewPlan, rows: Iterable<ViewRow>, rollUp: RollUp): readonly ViewRow[] {
  return mergeRows(rolledPlan(plan, rollUp), broughtUp(rows, rollUp));
}

function* broughtUp(rows: Iterable<ViewRow>, { window, dimensions }: RollUp): Generator<ViewRow> {
  for (const row of rows) {
    yield {
      dimensions: dimensions.map((index) => row.dimensions[index] ?? null),
      window: window === null ? row.window : windowStartAt(window, row.window),
      parts: row.parts,
    };
  }
}
