import type { RowSelection, Scalar, ViewPlan } from '@twofold/core';
import { WINDOW, dimensionColumns, type GenerationColumn } from './generation-columns.js';
import { quoteIdentifier } from './identifier.js';
import type { Parameters } from './parameters.js';

/** The rows that meet all of the conditions. */
export const whereAll = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;

/** The conditions that a selection sets, none for what it leaves open. */
export function selectionConditions(
  plan: ViewPlan,
  { dimensions, fromWindow, toWindow }: RowSelection,
  parameters: Parameters,
): readonly string[] {
  const window = quoteIdentifier(WINDOW.name);
  return [
    ...dimensionColumns(plan).flatMap((column, index) => {
      const wanted = dimensions[index] ?? null;
      return wanted === null ? [] : [isOneOf(column, wanted, parameters)];
    }),
    ...(fromWindow === null ? [] : [`${window} >= ${parameters.bind(fromWindow, WINDOW.sqlType)}`]),
    ...(toWindow === null ? [] : [`${window} < ${parameters.bind(toWindow, WINDOW.sqlType)}`]),
  ];
}

/** One array parameter, so that the text does not depend on how many values are wanted; null is a value like any other. */
function isOneOf({ name, sqlType }: GenerationColumn, wanted: readonly Scalar[], parameters: Parameters): string {
  const column = quoteIdentifier(name);
  const values = wanted.filter((value) => value !== null);
  const isAmong = `${column} = ANY(${parameters.bind(values, `${sqlType}[]`)})`;
  return values.length === wanted.length ? isAmong : `(${isAmong} OR ${column} IS NULL)`;
}
