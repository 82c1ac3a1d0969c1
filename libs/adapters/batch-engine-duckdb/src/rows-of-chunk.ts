import type { DuckDBDataChunk, DuckDBValue } from '@duckdb/node-api';
import { exact, impossible, type Scalar, type ViewPlan, type ViewRow } from '@twofold/core';

/** The rows of a result whose columns are the plan's dimensions, the window, and the plan's parts. */
export function rowsOfChunk({ dimensions, parts }: ViewPlan, chunk: DuckDBDataChunk): readonly ViewRow[] {
  const columns = Array.from({ length: chunk.columnCount }, (_, index) => scalarsOf(chunk, index));
  const windows = columns[dimensions.length] ?? impossible('a result without windows');
  const dimensionColumns = columns.slice(0, dimensions.length);
  const partColumns = columns.slice(dimensions.length + 1);
  if (partColumns.length !== parts.length) impossible(`${partColumns.length} columns for ${parts.length} parts`);
  return windows.map((window, row) => ({
    dimensions: dimensionColumns.map((column) => column[row] ?? null),
    window: Number(window),
    parts: partColumns.map((column) => column[row] ?? null),
  }));
}

function scalarsOf(chunk: DuckDBDataChunk, column: number): readonly Scalar[] {
  const vector = chunk.getColumnVector(column);
  return Array.from({ length: chunk.rowCount }, (_, row) => scalarOf(vector.getItem(row)));
}

function scalarOf(value: DuckDBValue): Scalar {
  switch (typeof value) {
    case 'bigint':
      return exact(value);
    case 'number':
      return value + 0; // −0 is 0, as in the fold
    case 'string':
    case 'boolean':
      return value;
    default:
      return value === null ? null : impossible(`${String(value)} in a view's row`);
  }
}
