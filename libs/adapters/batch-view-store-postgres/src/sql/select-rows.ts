import type { ViewPlan } from '@twofold/core';
import type { RowsRead } from '@twofold/ports';
import { generationColumns } from './generation-columns.js';
import { havingConditions } from './having-condition.js';
import { tableReference } from './identifier.js';
import { afterConditions, orderBy, orderKeys } from './order-keys.js';
import { Parameters, type Statement } from './parameters.js';
import { boundedInSize } from './selected-size.js';
import { selectionConditions, whereAll } from './selection-condition.js';

/** A page of a generation's rows, columns as in {@link generationColumns}. */
export function selectRows(plan: ViewPlan, table: string, read: RowsRead): Statement {
  const parameters = new Parameters();
  const keys = orderKeys(plan, read.order);
  const where = whereAll([
    ...selectionConditions(plan, read.selection, parameters),
    ...havingConditions(plan, read.having, parameters),
    ...(read.after === null ? [] : afterConditions(keys, read.after, parameters)),
  ]);
  const order = orderBy(keys);
  const page = `SELECT * FROM ${tableReference(table)}${where} ORDER BY ${order} LIMIT ${parameters.bind(read.limit, 'bigint')}`;
  const columns = generationColumns(plan).map(({ name }) => name);
  return { text: boundedInSize(plan, page, columns, order), values: parameters.values };
}
