import { combinePart, identityOf } from '../algebra/combine-parts.js';
import { groupKeyOf, type ViewRow } from '../views/view-row.js';
import type { ViewPlan } from '../views/view-plan.js';
import { windowAt } from '../views/window-number.js';
import { evaluate } from './evaluate.js';
import type { PlainEvent } from './plain-event.js';

/** The semantics of record: what every engine, store and merge must equal. A few obvious lines, no cleverness. */
export function naiveView(plan: ViewPlan, events: readonly PlainEvent[]): readonly ViewRow[] {
  const rows = new Map<string, ViewRow>();
  for (const event of events) {
    if (plan.definition.where !== null && evaluate(plan.definition.where, event) !== true) continue;
    const dimensions = plan.definition.by.map((dimension) => evaluate(dimension.of, event));
    const window = windowAt(plan.definition.window, event.timeMs);
    const key = `${window} ${groupKeyOf(dimensions)}`;
    const before = rows.get(key)?.parts ?? plan.parts.map(identityOf);
    const parts = plan.parts.map((part, index) => {
      const value = evaluate(part.of, event);
      return combinePart(part, before[index] ?? null, value ?? identityOf(part));
    });
    rows.set(key, { dimensions, window, parts });
  }
  return [...rows.values()];
}
