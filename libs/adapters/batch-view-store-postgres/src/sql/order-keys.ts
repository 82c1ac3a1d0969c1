import { impossible, presentMeasure, type RowOrder, type Scalar, type ViewPlan, type ViewRow } from '@twofold/core';
import { WINDOW, dimensionColumns, partColumns, type GenerationColumn } from './generation-columns.js';
import { quoteIdentifier } from './identifier.js';
import type { Parameters } from './parameters.js';

/** One expression that rows are ordered by, and its value for a row at hand. */
export type OrderKey = {
  readonly expression: string;
  readonly sqlType: string;
  readonly isNullable: boolean;
  readonly isDescending: boolean;
  readonly valueOf: (row: ViewRow) => Scalar;
};

/** A total order, the same as the core's `compareRows`: as asked for, then window, then dimensions, each ascending. */
export function orderKeys(plan: ViewPlan, order: RowOrder): readonly OrderKey[] {
  const wanted = { ...wantedKey(plan, order), isDescending: order.descending };
  const ties = [windowKey, ...plan.dimensions.map((_, index) => dimensionKey(plan, index))];
  return [wanted, ...ties.filter(({ expression }) => expression !== wanted.expression)];
}

/** Nulls come last by themselves when ascending; where there are none, saying so would only keep an index from serving. */
export const orderBy = (keys: readonly OrderKey[]): string =>
  keys
    .map(({ expression, isNullable, isDescending }) => {
      if (!isDescending) return expression;
      return `${expression} DESC${isNullable ? ' NULLS LAST' : ''}`;
    })
    .join(', ');

/** The conditions on the rows that come after `row` in the order. */
export function afterConditions(keys: readonly OrderKey[], row: ViewRow, parameters: Parameters): readonly string[] {
  const [first] = keys;
  const after = comesAfter(keys, row, parameters);
  if (first === undefined || first.isNullable) return [after];
  // Follows from the other condition, but only this one tells an index where to begin.
  const parameter = parameters.bind(first.valueOf(row), first.sqlType);
  return [`${first.expression} ${first.isDescending ? '<=' : '>='} ${parameter}`, after];
}

function comesAfter(keys: readonly OrderKey[], row: ViewRow, parameters: Parameters): string {
  const [key, ...ties] = keys;
  if (key === undefined) return 'false';
  const { expression, sqlType, isNullable, isDescending } = key;
  const value = key.valueOf(row);
  if (value === null) return `(${expression} IS NULL AND ${comesAfter(ties, row, parameters)})`;
  const parameter = parameters.bind(value, sqlType);
  const isBeyond = `${expression} ${isDescending ? '<' : '>'} ${parameter}`;
  const isLast = isNullable ? ` OR ${expression} IS NULL` : '';
  return `(${isBeyond}${isLast} OR (${expression} = ${parameter} AND ${comesAfter(ties, row, parameters)}))`;
}

function wantedKey(plan: ViewPlan, { by }: RowOrder): OrderKey {
  switch (by.kind) {
    case 'window':
      return windowKey;
    case 'dimension':
      return dimensionKey(plan, by.index);
    case 'measure':
      return measureKey(plan, by.index);
    default:
      return impossible(`order ${JSON.stringify(by satisfies never)}`);
  }
}

const ofColumn = (column: GenerationColumn, valueOf: OrderKey['valueOf']): OrderKey => ({
  expression: quoteIdentifier(column.name),
  sqlType: column.sqlType,
  isNullable: column.isNullable,
  isDescending: false,
  valueOf,
});

const windowKey = ofColumn(WINDOW, (row) => row.window);

const dimensionKey = (plan: ViewPlan, index: number): OrderKey =>
  ofColumn(dimensionColumns(plan)[index] ?? impossible(`dimension ${index}`), (row) => row.dimensions[index] ?? null);

/** A measure as it is presented: its part, or a quotient in double precision, which is JavaScript's own. */
function measureKey(plan: ViewPlan, index: number): OrderKey {
  const measure = plan.measures[index] ?? impossible(`measure ${index}`);
  const columns = partColumns(plan);
  const columnAt = (position: number): GenerationColumn =>
    columns[measure.parts[position] ?? -1] ?? impossible(`part ${position} of measure ${measure.name}`);
  const valueOf: OrderKey['valueOf'] = (row) => presentMeasure(measure, row.parts);
  switch (measure.present) {
    case 'value':
      return ofColumn(columnAt(0), valueOf);
    case 'ratio': {
      const asDouble = (column: GenerationColumn): string => `${quoteIdentifier(column.name)}::double precision`;
      const expression = `(${asDouble(columnAt(0))} / nullif(${asDouble(columnAt(1))}, 0))`;
      return { expression, sqlType: 'double precision', isNullable: true, isDescending: false, valueOf };
    }
    default:
      return impossible(`presentation ${JSON.stringify(measure.present satisfies never)}`);
  }
}
