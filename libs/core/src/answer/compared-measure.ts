import { BEYOND } from '../algebra/part.js';
import { presentMeasure } from '../algebra/present-measure.js';
import { impossible } from '../errors/twofold-error.js';
import type { Scalar } from '../events/data-type.js';
import type { ViewPlan } from '../views/view-plan.js';

/**
 * The value of a measure that rows are ordered and chosen by: the one that is presented. Where that is more different
 * values than are counted, it is one more than the bound, so that such a row is never passed over: it comes with the greatest,
 * and presenting it is the error. Of a histogram null: it has no order.
 */
export function comparedMeasure(plan: ViewPlan, index: number, parts: readonly Scalar[]): Scalar {
  const measure = plan.measures[index] ?? impossible(`measure ${index}`);
  const bound = distinctBound(plan, index);
  if (bound !== null && parts[measure.parts[0] ?? -1] === BEYOND) return bound + 1;
  const value = presentMeasure(measure, parts);
  return typeof value === 'object' ? null : value;
}

/** How many different values a measure counts at most; null: it does not count them one by one. */
export function distinctBound(plan: ViewPlan, index: number): number | null {
  const { present } = plan.measures[index] ?? impossible(`measure ${index}`);
  return present.kind === 'size' ? present.atMost : null;
}
