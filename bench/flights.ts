import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import type { OutgoingEvent } from '@twofold/ports';

/** 3,000,000 flights within the United States, January to June 2001 (vega-datasets, BSD-3). */
export const FLIGHTS = join(
  dirname(fileURLToPath(import.meta.resolve('vega-datasets'))),
  '..',
  'data',
  'flights-3m.parquet',
);

/** The first `count` flights by date, as events ready for the log, in chunks. */
export async function* flightEvents(count: number): AsyncGenerator<readonly OutgoingEvent[]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const result = await connection.stream(
    `SELECT strftime(date, '%Y-%m-%dT%H:%M:%S.000Z'), CAST(delay AS INTEGER), CAST(distance AS INTEGER), origin, destination
     FROM (SELECT *, row_number() OVER () AS n FROM '${FLIGHTS}') ORDER BY date, n LIMIT ${count}`,
  );
  let number = 0;
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    yield chunk.getRows().map(([date, delay, distance, origin, destination]) => {
      number += 1;
      return {
        key: `${String(origin)}-${String(destination)}`,
        headers: {
          ce_specversion: '1.0',
          ce_id: `flight-${number}`,
          ce_source: 'urn:twofold:bench',
          ce_type: 'flight.landed',
          ce_dataschema: 'urn:twofold:schema:flight.landed:1',
          ce_time: String(date),
          ce_subject: `${String(origin)}-${String(destination)}`,
        },
        value: JSON.stringify({ date, delay, distance, origin, destination }),
      };
    });
  }
  connection.closeSync();
}
