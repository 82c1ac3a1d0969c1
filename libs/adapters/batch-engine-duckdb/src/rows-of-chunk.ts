import type { DuckDBDataChunk, DuckDBValue } from '@duckdb/node-api';
import {
  TwofoldError,
  impossible,
  integerOf,
  stateFromSql,
  type Scalar,
  type SqlValue,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import { plainOf } from './plain-of.js';

/**
 * The rows of a result whose columns are those of `compileSql`: the plan's dimensions, the window, the plan's parts, and the
 * place of an event that overflowed, where something can. @throws TwofoldError `overflow` that names it
 */
export function rowsOfChunk(plan: ViewPlan, chunk: DuckDBDataChunk): readonly ViewRow[] {
  const { dimensions, parts } = plan;
  const columns = Array.from({ length: chunk.columnCount }, (_, index) => valuesOf(chunk, index));
  const windows = columns[dimensions.length] ?? impossible('a result without windows');
  const [overflows] = columns.slice(dimensions.length + 1 + parts.length);
  const overflowed = overflows?.find((place) => place !== null);
  if (overflowed !== undefined) throw overflow(plan, plainOf(overflowed));
  const dimensionColumns = columns.slice(0, dimensions.length).map((values) => values.map(scalarOf));
  const partColumns = parts.map((part, index) =>
    (columns[dimensions.length + 1 + index] ?? impossible(`no column of part ${index}`)).map((value) =>
      stateFromSql(part, plainOf(value)),
    ),
  );
  return windows.map((window, row) => ({
    dimensions: dimensionColumns.map((column) => column[row] ?? null),
    window: Number(window),
    parts: partColumns.map((column) => column[row] ?? null),
  }));
}

function valuesOf(chunk: DuckDBDataChunk, column: number): readonly DuckDBValue[] {
  const vector = chunk.getColumnVector(column);
  return Array.from({ length: chunk.rowCount }, (_, row) => vector.getItem(row));
}

function scalarOf(value: DuckDBValue): Scalar {
  if (typeof value === 'bigint') return integerOf(value);
  if (typeof value === 'number') return value + 0; // −0 is 0, as in the fold
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  return impossible(`${String(value)} in a dimension`);
}

function overflow(plan: ViewPlan, place: SqlValue): TwofoldError {
  const { s, p, o } = place as Readonly<Record<'s' | 'p' | 'o', Scalar>>;
  return new TwofoldError(
    'overflow',
    `${plan.id.name}: arithmetic leaves 64 bits of the event at ${s}/${p}, offset ${o}`,
  );
}
