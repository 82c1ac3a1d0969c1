import type { Scalar, ViewPlan, ViewRow } from '@twofold/core';
import { WINDOW, dimensionColumns, generationColumns } from './generation-columns.js';
import { quoteIdentifier, tableReference } from './identifier.js';
import { Parameters, type Statement } from './parameters.js';
import { boundedInSize } from './selected-size.js';

type Key = Pick<ViewRow, 'dimensions' | 'window'>;

/**
 * The rows with these keys, of which there is at least one and none is named twice. An index finds equals and it finds
 * nulls, but not "is not distinct from": so keys that are null in the same dimensions are looked up together.
 */
export function selectKeys(plan: ViewPlan, table: string, keys: readonly Key[]): Statement {
  const parameters = new Parameters();
  const text = groupsByNulls(keys)
    .map((group) => selectGroup(plan, table, group, parameters))
    .join(' UNION ALL ');
  const columns = generationColumns(plan).map(({ name }) => name);
  return { text: boundedInSize(plan, text, columns), values: parameters.values };
}

function groupsByNulls(keys: readonly Key[]): readonly (readonly Key[])[] {
  const groups = new Map<string, Key[]>();
  for (const key of keys) {
    const nulls = key.dimensions.map((value) => value === null).join();
    const group = groups.get(nulls);
    if (group === undefined) groups.set(nulls, [key]);
    else group.push(key);
  }
  return [...groups.values()];
}

/** The rows of keys that are null in the same dimensions: a join with the keys, an array per column. */
function selectGroup(plan: ViewPlan, table: string, group: readonly Key[], parameters: Parameters): string {
  const columns = [...dimensionColumns(plan), WINDOW];
  const valuesOf = group.map(({ dimensions, window }): readonly Scalar[] => [...dimensions, window]);
  const isNull = columns.map((_, index) => (valuesOf[0]?.[index] ?? null) === null);

  const compared = columns.filter((_, index) => isNull[index] === false);
  const arrays = columns.flatMap(({ sqlType }, index) =>
    isNull[index] === true
      ? []
      : [
          parameters.bind(
            valuesOf.map((values) => values[index] ?? null),
            `${sqlType}[]`,
          ),
        ],
  );
  const conditions = columns.map(({ name }, index) => {
    const column = quoteIdentifier(name);
    return isNull[index] === true ? `generation.${column} IS NULL` : `generation.${column} = wanted.${column}`;
  });
  const selected = generationColumns(plan).map(({ name }) => `generation.${quoteIdentifier(name)}`);
  const keyColumns = compared.map(({ name }) => quoteIdentifier(name));
  return `SELECT ${selected.join(', ')} FROM unnest(${arrays.join(', ')}) AS wanted(${keyColumns.join(', ')}) JOIN ${tableReference(table)} AS generation ON ${conditions.join(' AND ')}`;
}
