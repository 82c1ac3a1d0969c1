import { itemTypeOf, storageOf, type ScalarTypeName, type StorageKind } from '../events/data-type.js';
import type { ColumnType } from '../views/view-definition.js';

/** How the values of a column are stored and compared; null: it has no order, as a histogram. */
export const storageOfColumn = ({ type }: ColumnType): StorageKind | null =>
  type === 'histogram' || itemTypeOf(type) !== null ? null : storageOf(type as ScalarTypeName);
