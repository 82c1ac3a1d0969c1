import { presentMeasure } from '../algebra/present-measure.js';
import type { Scalar } from '../events/data-type.js';
import type { ColumnType } from '../views/view-definition.js';
import type { ViewPlan } from '../views/view-plan.js';
import type { ViewRow } from '../views/view-row.js';
import { startOfWindow } from '../views/window-number.js';

/** A row as answers show it: plain JSON. An integer beyond ±(2^53 − 1) is a string of its digits; times are ISO 8601. */
export type PresentedRow = { readonly window: { readonly start: string; readonly end: string } } & Readonly<
  Record<string, unknown>
>;

export function presentRow(plan: ViewPlan, row: ViewRow): PresentedRow {
  const { window } = plan.definition;
  return {
    ...Object.fromEntries(
      plan.dimensions.map(({ name, column }, index) => [name, presentValue(column, row.dimensions[index] ?? null)]),
    ),
    window: { start: isoOf(startOfWindow(window, row.window)), end: isoOf(startOfWindow(window, row.window + 1)) },
    ...Object.fromEntries(
      plan.measures.map((measure) => [measure.name, presentValue(measure.column, presentMeasure(measure, row.parts))]),
    ),
  };
}

function presentValue({ kind }: ColumnType, value: Scalar): unknown {
  if (typeof value === 'bigint') return value.toString();
  return kind === 'timestamp' && value !== null ? isoOf(Number(value)) : value;
}

const isoOf = (timeMs: number): string => new Date(timeMs).toISOString();
