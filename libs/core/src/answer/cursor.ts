import { createHash } from 'node:crypto';
import { impossible, type TwofoldError } from '../errors/twofold-error.js';
import type { Scalar } from '../events/data-type.js';
import { isText } from '../events/read-data.js';
import type { ColumnType } from '../views/view-definition.js';
import type { ViewPlan } from '../views/view-plan.js';
import { decodeParts, encodeParts, type ViewRow } from '../views/view-row.js';
import { storageOfColumn } from './column-storage.js';
import type { Having } from './having.js';
import { refusedParameter } from './refused-parameter.js';
import { rolledPlan, type RollUp } from './roll-up.js';
import { placeOf, type RowOrder, type RowPlace } from './row-order.js';

/** Longest cursor taken, characters: a row's dimensions and the value that it is ordered by are far below. */
const MAX_CURSOR_LENGTH = 16 * 1024;
/** A sum of 2^63 values of 64 bits has 126 bits; what a cursor says of one goes to the store as it is. */
const MAX_INTEGER_BITS = 128;
/** Characters of the digest of what was asked: not a secret, only against mistakes. */
const DIGEST_LENGTH = 16;

/** What a page is of: the rows of a view (rolled up or not), those that meet the conditions, in an order. Indexes are of the rolled plan. */
export type PageShape = {
  readonly rollUp: RollUp | null;
  readonly having: readonly Having[];
  readonly order: RowOrder;
};

/** Where a page ended: the place of its last row. Opaque to callers. */
export function encodeCursor(plan: ViewPlan, shape: PageShape, row: ViewRow): string {
  const { key, window, dimensions } = placeOf(rolledPlan(plan, shape.rollUp), shape.order, row);
  return Buffer.from(JSON.stringify([digestOf(plan, shape), encodeParts([key, window, ...dimensions])])).toString(
    'base64url',
  );
}

/** @throws TwofoldError `invalid-value` when it is no cursor of this view version and shape */
export function decodeCursor(plan: ViewPlan, shape: PageShape, cursor: string): RowPlace {
  if (cursor.length > MAX_CURSOR_LENGTH) throw refused();
  const place = placeIn(plan, shape, cursor);
  if (place === null || !isPlace(rolledPlan(plan, shape.rollUp), shape.order, place)) throw refused();
  return place;
}

function placeIn(plan: ViewPlan, shape: PageShape, cursor: string): RowPlace | null {
  try {
    const [digest, values] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (digest !== digestOf(plan, shape)) return null;
    const [key = null, window, ...dimensions] = decodeParts(String(values));
    return { key, window: Number.isSafeInteger(window) ? Number(window) : NaN, dimensions };
  } catch {
    return null;
  }
}

const refused = (): TwofoldError =>
  refusedParameter(
    'invalid-value',
    'cursor',
    'cursor is not one that an answer to this request gave, of this version of the view; begin without it',
  );

const digestOf = (plan: ViewPlan, { rollUp, having, order }: PageShape): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        plan.id.version,
        rollUp === null ? null : [rollUp.window, rollUp.dimensions],
        having.map(({ measure, operator, value }) => [measure, operator, encodeParts([value])]),
        order.by,
        order.descending,
      ]),
    )
    .digest('hex')
    .slice(0, DIGEST_LENGTH);

/** What stands in a cursor goes to the store as it is; so it must be what the store's columns take. */
function isPlace(plan: ViewPlan, { by }: RowOrder, { key, window, dimensions }: RowPlace): boolean {
  const areDimensions =
    dimensions.length === plan.dimensions.length &&
    plan.dimensions.every(({ column }, index) => isOf(column, dimensions[index], 64));
  if (!Number.isSafeInteger(window) || !areDimensions) return false;
  switch (by.kind) {
    case 'window':
      return key === window;
    case 'dimension':
      return key === dimensions[by.index];
    case 'measure': {
      const { column } = plan.measures[by.index] ?? impossible(`measure ${by.index}`);
      return isOf({ ...column, nullable: true }, key, MAX_INTEGER_BITS);
    }
    default:
      return impossible(`order ${JSON.stringify(by satisfies never)}`);
  }
}

function isOf(column: ColumnType, value: Scalar | undefined, bits: number): boolean {
  if (value === null || value === undefined) return value === null && column.nullable;
  const storage = storageOfColumn(column);
  switch (storage) {
    case 'text':
      return typeof value === 'string' && isText(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'double':
      return Number.isFinite(value);
    case 'integer':
      return Number.isSafeInteger(value) || (typeof value === 'bigint' && BigInt.asIntN(bits, value) === value);
    case null:
      return false;
    default:
      return impossible(`storage ${String(storage satisfies never)}`);
  }
}
