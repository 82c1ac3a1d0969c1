import { impossible } from '../errors/twofold-error.js';
import { canonicalJson } from '../events/canonical-json.js';
import type { Value } from '../events/data-type.js';
import { ALL_TIME } from '../time/window.js';
import type { ViewPlan } from '../views/view-plan.js';
import type { ViewRow } from '../views/view-row.js';
import type { PlainEvent } from './plain-event.js';

export type EventOfSubject = PlainEvent & { readonly subject: string };

/**
 * What a projection means: of each subject its events, in the order in which they count, one after the other. Every state goes through
 * JSON. `events`: those of a subject in that order.
 */
export function naiveProjection({ projection, id }: ViewPlan, events: readonly EventOfSubject[]): readonly ViewRow[] {
  const { init, evolve } = projection?.reducer ?? impossible(`view ${id.name} is no projection`);
  return [...Map.groupBy(events, ({ subject }) => subject)].map(([subject, ofSubject]) => {
    const state = ofSubject.reduce<unknown>(
      (before, { type, timeMs, data }) =>
        evolve(plain(before) as never, { type, subject, timeMs, data: nested(data) } as never),
      init(),
    );
    return { dimensions: [subject], window: ALL_TIME, parts: [canonicalJson([ofSubject.length, state])] };
  });
}

const plain = (state: unknown): unknown => JSON.parse(canonicalJson(state));

/** Values by path of leaf as an object of objects. */
function nested(data: Readonly<Record<string, Value>>): object {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(data)) {
    const names = path.split('.');
    let at = root;
    for (const name of names.slice(0, -1)) at = (at[name] ??= {}) as Record<string, unknown>;
    at[names.at(-1) ?? ''] = value;
  }
  return root;
}
