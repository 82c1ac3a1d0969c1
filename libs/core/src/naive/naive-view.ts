import { combinePart, identityOf, stateOf } from '../algebra/combine-parts.js';
import type { Scalar } from '../events/data-type.js';
import { windowStartAt } from '../time/window.js';
import { viewOf } from '../views/view-of.js';
import type { ViewPlan } from '../views/view-plan.js';
import { groupKeyOf, type ViewRow } from '../views/view-row.js';
import { evaluate } from './evaluate.js';
import type { PlainEvent } from './plain-event.js';

/**
 * The semantics of record: what every engine, store and merge must equal. A few obvious lines, no cleverness. All that a view
 * computes is computed of every event, so that an overflow is one whatever the filter says. @throws TwofoldError `overflow`
 */
export function naiveView(plan: ViewPlan, events: readonly PlainEvent[]): readonly ViewRow[] {
  const { where, by, window } = viewOf(plan);
  const rows = new Map<string, ViewRow>();
  for (const event of events) {
    const isTaken = where === null || evaluate(where, event) === true;
    const dimensions = by.map(({ of }) => evaluate(of, event) as Scalar);
    const values = plan.parts.map(({ of }) => (of === null ? null : (evaluate(of, event) as Scalar)));
    if (!isTaken) continue;
    const start = windowStartAt(window, event.timeMs);
    const key = `${start} ${groupKeyOf(dimensions)}`;
    const before = rows.get(key)?.parts ?? plan.parts.map(identityOf);
    const parts = plan.parts.map((part, index) =>
      combinePart(part, before[index] ?? null, stateOf(part, values[index] ?? null, event)),
    );
    rows.set(key, { dimensions, window: start, parts });
  }
  return [...rows.values()];
}
