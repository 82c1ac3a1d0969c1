import type { RowOrder, ViewPlan, WindowSpan } from '@twofold/core';
import { WINDOW, generationColumns } from './generation-columns.js';
import { quoteIdentifier, tableReference } from './identifier.js';
import { orderBy, orderKeys } from './order-keys.js';
import { Parameters, type Statement } from './parameters.js';

const BY_WINDOW: RowOrder = { by: { kind: 'window' }, descending: false };

/** All rows of some tables by window, then by dimensions, columns as in {@link generationColumns}. At least one table. */
export function selectInOrder(
  plan: ViewPlan,
  tables: readonly { readonly table: string; readonly except: WindowSpan | null }[],
): Statement {
  const parameters = new Parameters();
  const columns = generationColumns(plan)
    .map(({ name }) => quoteIdentifier(name))
    .join(', ');
  const selects = tables.map(
    ({ table, except }) => `SELECT ${columns} FROM ${tableReference(table)}${outside(except, parameters)}`,
  );
  const order = orderBy(orderKeys(plan, BY_WINDOW));
  return {
    text: `SELECT * FROM (${selects.join(' UNION ALL ')}) AS rows ORDER BY ${order}`,
    values: parameters.values,
  };
}

export const declareCursor = (name: string, { text, values }: Statement): Statement => ({
  text: `DECLARE ${quoteIdentifier(name)} NO SCROLL CURSOR FOR ${text}`,
  values,
});

function outside(except: WindowSpan | null, parameters: Parameters): string {
  if (except === null) return '';
  const window = quoteIdentifier(WINDOW.name);
  const [from, to] = [except.fromMs, except.toMs].map((bound) => parameters.bind(bound, WINDOW.sqlType));
  return ` WHERE ${window} < ${from} OR ${window} >= ${to}`;
}
