import { presentMeasure } from '../algebra/present-measure.js';
import { instantTextOf } from '../time/time-text.js';
import { windowEnd } from '../time/window.js';
import type { Window } from '../views/view-definition.js';
import type { ViewPlan } from '../views/view-plan.js';
import type { ViewRow, WindowNumber } from '../views/view-row.js';
import { presentValue } from './present-value.js';

/** ISO 8601, `end` excluded. Of the window of all time both are null. */
export type PresentedWindow = { readonly start: string | null; readonly end: string | null };

/** A row as answers show it: plain JSON, its values as {@link presentValue} says. */
export type PresentedRow = { readonly window: PresentedWindow } & Readonly<Record<string, unknown>>;

export function presentRow(plan: ViewPlan, row: ViewRow): PresentedRow {
  return {
    ...Object.fromEntries(
      plan.dimensions.map(({ name, column }, index) => [name, presentValue(column, row.dimensions[index])]),
    ),
    window: presentWindow(plan.definition.window, row.window),
    ...Object.fromEntries(
      plan.measures.map((measure) => [measure.name, presentValue(measure.column, presentMeasure(measure, row.parts))]),
    ),
  };
}

export const presentWindow = (window: Window, start: WindowNumber): PresentedWindow =>
  window.unit === 'all'
    ? { start: null, end: null }
    : { start: instantTextOf(start), end: instantTextOf(windowEnd(window, start)) };
