import { granularitiesOf, isCoarser, isWindowUnit } from '../time/window.js';
import type { Window } from '../views/view-definition.js';
import type { ViewPlan } from '../views/view-plan.js';
import { refusedParameter } from './refused-parameter.js';
import type { RollUp } from './roll-up.js';

/**
 * `granularity=month`: the view's unit or one that holds its windows whole; `groupBy=airport,carrier`: the dimensions that
 * stay, in any order, '' for none. Absent: all as the view has it. null: nothing is rolled up.
 *
 * @throws TwofoldError `invalid-value`, `unknown-dimension` with a pointer to the parameter
 */
export function readRollUp(
  plan: ViewPlan,
  granularity: string | undefined,
  groupBy: string | undefined,
): RollUp | null {
  const window = granularity === undefined ? null : readGranularity(plan, granularity);
  const dimensions = groupBy === undefined ? plan.dimensions.map((_, index) => index) : readGroupBy(plan, groupBy);
  if (window === null && dimensions.length === plan.dimensions.length) return null;
  if (plan.definition.kind === 'projection')
    throw refusedParameter('invalid-value', 'groupBy', `${plan.id.name} is a projection: its rows are by subject`);
  return { window, dimensions };
}

/** null: the view's own. */
function readGranularity({ id, definition }: ViewPlan, text: string): Window | null {
  const { window } = definition;
  if (text === window.unit) return null;
  const coarser = isWindowUnit(text) ? { ...window, unit: text } : null;
  if (coarser !== null && isCoarser(coarser, window)) return coarser;
  const possible = granularitiesOf(window).join(', ');
  throw refusedParameter(
    'invalid-value',
    'granularity',
    `view ${id.name} is by ${window.unit}: its granularity can be ${possible}, not ${JSON.stringify(text)}`,
  );
}

function readGroupBy({ id, dimensions }: ViewPlan, text: string): readonly number[] {
  const names = text.trim() === '' ? [] : text.split(',').map((name) => name.trim());
  const known = dimensions.map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    if (!known.includes(name)) {
      const which = known.length === 0 ? 'it has none' : `its dimensions are ${known.join(', ')}`;
      throw refusedParameter(
        'unknown-dimension',
        'groupBy',
        `view ${id.name} has no dimension ${JSON.stringify(name)}; ${which}`,
      );
    }
    if (names.indexOf(name) !== index) {
      throw refusedParameter('invalid-value', 'groupBy', `groupBy names ${name} twice`);
    }
  }
  return known.flatMap((name, index) => (names.includes(name) ? [index] : []));
}
