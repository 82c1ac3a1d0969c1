import { compareValues, isInOrder } from '../algebra/compare-values.js';
import type { Scalar } from '../events/data-type.js';
import type { CompareOperator } from '../views/expression.js';
import type { ViewPlan } from '../views/view-plan.js';
import type { ViewRow } from '../views/view-row.js';
import { comparedMeasure } from './compared-measure.js';

/** A condition on the value of a measure (index of the plan). A measure that is null meets none. */
export type Having = {
  readonly measure: number;
  readonly operator: CompareOperator;
  /** Of the measure's type; an integer of any size. */
  readonly value: NonNullable<Scalar>;
};

/** Whether a row, all its parts merged, meets every condition. */
export const meets = (plan: ViewPlan, row: ViewRow, having: readonly Having[]): boolean =>
  having.every(({ measure, operator, value }) => {
    const found = comparedMeasure(plan, measure, row.parts);
    return found !== null && isInOrder(operator, compareValues(found, value));
  });
