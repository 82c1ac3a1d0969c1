import { TwofoldError } from '../errors/twofold-error.js';
import { isText } from '../events/read-data.js';
import type { ColumnType } from '../views/view-definition.js';
import type { ViewPlan } from '../views/view-plan.js';
import { decodeParts, dimensionsOf, encodeParts, groupKeyOf, type ViewRow } from '../views/view-row.js';
import type { RowOrder } from './row-order.js';

/** Longest cursor taken: a row's key and parts are far below. */
const MAX_CURSOR_LENGTH = 16 * 1024;

/** Where a page ended: its last row, for an order of a view version. Opaque to callers. */
export const encodeCursor = (plan: ViewPlan, order: RowOrder, row: ViewRow): string =>
  Buffer.from(
    JSON.stringify([plan.id.version, orderText(order), row.window, groupKeyOf(row.dimensions), encodeParts(row.parts)]),
  ).toString('base64url');

/** @throws TwofoldError `invalid-value` when it is no cursor of this view version and order */
export function decodeCursor(plan: ViewPlan, order: RowOrder, cursor: string): ViewRow {
  const refuse = (): never => {
    throw new TwofoldError(
      'invalid-value',
      'cursor is not one that an answer of this view, version and order gave; begin without it',
      '/cursor',
    );
  };
  if (cursor.length > MAX_CURSOR_LENGTH) return refuse();
  try {
    const [version, orderedBy, window, dimensions, parts] = JSON.parse(
      Buffer.from(cursor, 'base64url').toString(),
    ) as unknown[];
    if (version !== plan.id.version || orderedBy !== orderText(order) || !Number.isSafeInteger(window)) return refuse();
    const row = {
      dimensions: dimensionsOf(String(dimensions)),
      window: Number(window),
      parts: decodeParts(String(parts)),
    };
    const isRow =
      areOf(
        plan.dimensions.map(({ column }) => column),
        row.dimensions,
      ) &&
      areOf(
        plan.parts.map(({ kind, type }) => ({ kind: type, nullable: kind !== 'sum' })),
        row.parts,
      );
    return isRow ? row : refuse();
  } catch {
    return refuse();
  }
}

const orderText = ({ by, descending }: RowOrder): string => JSON.stringify([by, descending]);

/** What stands in a cursor goes to the store as it is; so it must be what the store's columns take. */
const areOf = (columns: readonly ColumnType[], values: readonly unknown[]): boolean =>
  values.length === columns.length && columns.every((column, index) => isOf(column, values[index]));

function isOf({ kind, nullable }: ColumnType, value: unknown): boolean {
  if (value === null) return nullable;
  switch (kind) {
    case 'string':
      return typeof value === 'string' && isText(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'double':
      return Number.isFinite(value);
    case 'int':
    case 'timestamp':
      return Number.isSafeInteger(value) || (typeof value === 'bigint' && BigInt.asIntN(64, value) === value);
  }
}
