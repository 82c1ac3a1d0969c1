import { impossible, type RowOrder, type RowPlace, type Scalar, type ViewPlan } from '@twofold/core';
import { WINDOW, columnOfMeasure, dimensionColumns, type GenerationColumn } from './generation-columns.js';
import { comparedType } from './having-condition.js';
import { quoteIdentifier } from './identifier.js';
import type { Parameters } from './parameters.js';

/** One column that rows are ordered by, and its value for a place in the order. */
export type OrderKey = {
  readonly expression: string;
  readonly sqlType: string;
  readonly isNullable: boolean;
  readonly isDescending: boolean;
  readonly valueOf: (place: RowPlace) => Scalar;
};

/** A total order, the same as the core's `compareRowPlaces`: as asked for, then window, then dimensions, each ascending. */
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

/** The conditions on the rows that come after a place in the order. */
export function afterConditions(keys: readonly OrderKey[], place: RowPlace, parameters: Parameters): readonly string[] {
  const [first] = keys;
  const after = comesAfter(keys, place, parameters);
  if (first === undefined || first.isNullable) return [after];
  // Follows from the other condition, but only this one tells an index where to begin.
  const parameter = parameters.bind(first.valueOf(place), first.sqlType);
  return [`${first.expression} ${first.isDescending ? '<=' : '>='} ${parameter}`, after];
}

function comesAfter(keys: readonly OrderKey[], place: RowPlace, parameters: Parameters): string {
  const [key, ...ties] = keys;
  if (key === undefined) return 'false';
  const { expression, sqlType, isNullable, isDescending } = key;
  const value = key.valueOf(place);
  if (value === null) return `(${expression} IS NULL AND ${comesAfter(ties, place, parameters)})`;
  const parameter = parameters.bind(value, sqlType);
  const isBeyond = `${expression} ${isDescending ? '<' : '>'} ${parameter}`;
  const isLast = isNullable ? ` OR ${expression} IS NULL` : '';
  return `(${isBeyond}${isLast} OR (${expression} = ${parameter} AND ${comesAfter(ties, place, parameters)}))`;
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

const windowKey = ofColumn(WINDOW, ({ window }) => window);

const dimensionKey = (plan: ViewPlan, index: number): OrderKey =>
  ofColumn(
    dimensionColumns(plan)[index] ?? impossible(`dimension ${index}`),
    ({ dimensions }) => dimensions[index] ?? null,
  );

const measureKey = (plan: ViewPlan, index: number): OrderKey => {
  const column = columnOfMeasure(plan, index);
  return { ...ofColumn(column, ({ key }) => key), sqlType: comparedType(column) };
};
