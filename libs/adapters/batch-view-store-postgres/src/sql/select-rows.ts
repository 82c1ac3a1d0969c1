import type { RowOrder, RowSelection, ViewPlan, ViewRow } from '@twofold/core';
import { generationColumns } from './generation-columns.js';
import { quoteIdentifier, tableReference } from './identifier.js';
import { afterConditions, orderBy, orderKeys } from './order-keys.js';
import { Parameters, type Statement } from './parameters.js';
import { selectionConditions } from './selection-condition.js';

/** A page of a generation's rows, columns as in {@link generationColumns}. */
export function selectRows(
  plan: ViewPlan,
  table: string,
  selection: RowSelection,
  order: RowOrder,
  limit: number,
  after: ViewRow | undefined,
): Statement {
  const parameters = new Parameters();
  const keys = orderKeys(plan, order);
  const conditions = [
    ...selectionConditions(plan, selection, parameters),
    ...(after === undefined ? [] : afterConditions(keys, after, parameters)),
  ];
  const columns = generationColumns(plan).map(({ name }) => quoteIdentifier(name));
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const text = `SELECT ${columns.join(', ')} FROM ${tableReference(table)}${where} ORDER BY ${orderBy(keys)} LIMIT ${parameters.bind(limit, 'bigint')}`;
  return { text, values: parameters.values };
}
