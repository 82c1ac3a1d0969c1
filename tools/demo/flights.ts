import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

/** 3,000,000 flights within the United States, January to June 2001 (vega-datasets, BSD-3). */
const FILE = join(dirname(fileURLToPath(import.meta.resolve('vega-datasets'))), '..', 'data', 'flights-3m.parquet');

/** SQL for the first `count` flights in order of date. */
export const firstFlights = (count: number): string =>
  `(SELECT * FROM read_parquet('${FILE.replaceAll("'", "''")}', file_row_number = true) ORDER BY date, file_row_number LIMIT ${count})`;

export type Flight = {
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
};

/** The first `count` flights in order of date, in chunks of some thousand. */
export async function* flightsInOrder(count: number): AsyncGenerator<readonly Flight[]> {
  const connection = await (await DuckDBInstance.create()).connect();
  try {
    const result = await connection.stream(
      `SELECT strftime(date, '%Y-%m-%dT%H:%M:%S.000Z'), CAST(delay AS INTEGER), CAST(distance AS INTEGER), origin, destination
       FROM ${firstFlights(count)} ORDER BY date, file_row_number`,
    );
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk.getRows().map(([date, delay, distance, origin, destination]) => ({
        date: String(date),
        delay: Number(delay),
        distance: Number(distance),
        origin: String(origin),
        destination: String(destination),
      }));
    }
  } finally {
    connection.closeSync();
  }
}
