import { impossible, windowStartSql, type RollUp, type RowSelection, type ViewPlan } from '@twofold/core';
import { WINDOW, dimensionColumns, isWide, type GenerationColumn } from './generation-columns.js';
import { quoteIdentifier, tableReference } from './identifier.js';
import { Parameters, type Statement } from './parameters.js';
import { combinedParts, combinedWidePart } from './combined-part.js';
import { boundedInSize } from './selected-size.js';
import { selectionConditions, whereAll } from './selection-condition.js';

const POSTGRES = { name: 'postgres' } as const;
/** The number of a row's group, by which what is combined in steps of its own is put beside the rest. */
const GROUP = 'group_number';

/**
 * Rows of a generation rolled up: the dimensions that stay, the window, the parts; at most `limit`. Parts whose
 * states are one value are combined in one pass; those whose states hold many (sets, registers, buckets) are taken apart,
 * combined entry by entry and put together again, so that no more than a group's result is ever held.
 */
export function selectRolledUp(
  plan: ViewPlan,
  table: string,
  selection: RowSelection,
  { window, dimensions }: RollUp,
  limit: number,
): Statement {
  const parameters = new Parameters();
  const keys = [...dimensions.map((index) => dimensionAt(plan, index)), WINDOW].map(({ name }) =>
    quoteIdentifier(name),
  );
  const start = quoteIdentifier(WINDOW.name);
  const windowStart = window === null ? start : `${windowStartSql(window, start, POSTGRES)} AS ${start}`;
  const parts = plan.parts.map((_, index) => partName(index));
  const where = whereAll(selectionConditions(plan, selection, parameters));
  const broughtUp = `SELECT ${[...keys.slice(0, -1), windowStart, ...parts].join(', ')} FROM ${tableReference(table)}${where}`;
  const columns = [
    ...dimensions.map((index) => dimensionAt(plan, index).name),
    WINDOW.name,
    ...plan.parts.map((_, index) => `p${index}`),
  ];
  const rows = plan.parts.some(isWide)
    ? groupedInSteps(plan, broughtUp, keys)
    : `SELECT ${[...keys, ...combinedParts(plan.parts)].join(', ')} FROM (${broughtUp}) AS brought_up GROUP BY ${keys.join(', ')}`;
  const limited = `${rows} LIMIT ${parameters.bind(limit, 'bigint')}`;
  return { text: boundedInSize(plan, limited, columns), values: parameters.values };
}

function groupedInSteps(plan: ViewPlan, broughtUp: string, keys: readonly string[]): string {
  const numbered = `SELECT dense_rank() OVER (ORDER BY ${keys.join(', ')}) AS ${GROUP}, * FROM (${broughtUp}) AS brought_up`;
  const grouped = `SELECT ${[GROUP, ...keys, ...combinedParts(plan.parts)].join(', ')} FROM numbered GROUP BY ${[GROUP, ...keys].join(', ')}`;
  const wide = plan.parts.flatMap((part, index) =>
    isWide(part) ? [{ index, select: combinedWidePart(part, partName(index), GROUP, 'numbered') }] : [],
  );
  const joins = wide.map(({ index, select }) => ` LEFT JOIN (${select}) AS wide_${index} USING (${GROUP})`).join('');
  const parts = plan.parts.map((part, index) =>
    isWide(part)
      ? `coalesce(wide_${index}.state, ${emptyOf(part.kind)}) AS ${partName(index)}`
      : `grouped.${partName(index)}`,
  );
  return `WITH numbered AS MATERIALIZED (${numbered}), grouped AS (${grouped}) SELECT ${[...keys, ...parts].join(', ')} FROM grouped${joins}`;
}

const emptyOf = (kind: ViewPlan['parts'][number]['kind']): string => (kind === 'set' ? `'[]'` : `''`);

const partName = (index: number): string => quoteIdentifier(`p${index}`);

const dimensionAt = (plan: ViewPlan, index: number): GenerationColumn =>
  dimensionColumns(plan)[index] ?? impossible(`dimension ${index}`);
