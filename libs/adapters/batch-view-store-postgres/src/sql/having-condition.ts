import type { CompareOperator, Having, ViewPlan } from '@twofold/core';
import { columnOfMeasure, type GenerationColumn } from './generation-columns.js';
import { quoteIdentifier } from './identifier.js';
import type { Parameters } from './parameters.js';

const OPERATORS: Readonly<Record<CompareOperator, string>> = {
  eq: '=',
  ne: '<>',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};

/** The conditions on measures. A null meets none of them, in SQL as in the core. */
export const havingConditions = (
  plan: ViewPlan,
  having: readonly Having[],
  parameters: Parameters,
): readonly string[] =>
  having.map(({ measure, operator, value }) => {
    const column = columnOfMeasure(plan, measure);
    return `${quoteIdentifier(column.name)} ${OPERATORS[operator]} ${parameters.bind(value, comparedType(column))}`;
  });

/** What a parameter is cast to that a measure is compared with: an integer may be of any size, whatever its column takes. */
export const comparedType = ({ sqlType }: GenerationColumn): string => (sqlType === 'bigint' ? 'numeric' : sqlType);
