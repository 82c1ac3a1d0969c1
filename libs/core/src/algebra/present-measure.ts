import { impossible } from '../errors/twofold-error.js';
import type { Scalar } from '../events/data-type.js';
import type { PlannedMeasure } from '../views/view-plan.js';

/** The value of a measure, from the parts of a row. */
export function presentMeasure(measure: PlannedMeasure, parts: readonly Scalar[]): Scalar {
  const [first, second] = measure.parts.map((index) => parts[index] ?? null);
  switch (measure.present) {
    case 'value':
      return first ?? null;
    case 'ratio':
      return second === 0 || second === null || second === undefined ? null : Number(first) / Number(second);
    default:
      return impossible(`presentation ${String(measure.present satisfies never)}`);
  }
}
