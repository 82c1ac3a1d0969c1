import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DuckDBInstance } from '@duckdb/node-api';
import { DuckDbBatchEngine } from '@twofold/batch-engine-duckdb';
import { flights } from '@twofold/catalog-flights';
import { catalog } from '@twofold/catalog';
import { viewNamed, type ViewPlan } from '@twofold/core';
import type { ArchiveFile } from '@twofold/ports';
import { FLIGHTS } from './flights.ts';
import { median, ratioOf } from './median.ts';

/** The same question, written by hand. */
const BY_HAND: Readonly<Record<string, string>> = {
  'delays-by-airport': `SELECT d_origin, event_time // 86400000, count(*), sum(d_delay), max(d_delay) FROM events GROUP BY ALL`,
  'routes-by-day': `SELECT d_origin, d_destination, event_time // 86400000, count(*), sum(d_distance), min(d_delay), sum(d_delay) FROM events GROUP BY ALL`,
  'network-by-hour': `SELECT event_time // 3600000, count(*), sum(d_delay), max(d_delay) FROM events GROUP BY ALL`,
};

const FILES = 12;

/** Wall time of Twofold's DuckDB engine against hand-written SQL in the same DuckDB, over the same Parquet files. */
export async function batchRecompute({
  events,
  rounds,
}: {
  readonly events: number;
  readonly rounds: number;
}): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'twofold-bench-'));
  const files = await writeArchive(directory, events);
  const masterDataset = { filesBelow: async () => files };
  const engine = await DuckDbBatchEngine.open({ masterDataset, tempDirectory: directory });
  const byHand = await (await DuckDBInstance.create(':memory:')).connect();
  const paths = files.map(({ location }) => `'${location}'`).join(', ');
  await byHand.run(`CREATE VIEW events AS SELECT * FROM read_parquet([${paths}])`);

  process.stdout.write(
    `\nbatch-recompute, ${events} events in ${files.length} Parquet files: wall time of twofold ÷ by hand, medians of ${rounds}\n`,
  );
  for (const { name } of flights.views) {
    const plan = viewNamed(catalog, name);
    const ours: number[] = [];
    const theirs: number[] = [];
    let rows = 0;
    for (let round = 0; round <= rounds; round++) {
      const [computed, computeMs] = await timed(() => computeRows(engine, plan, events));
      const [selected, selectMs] = await timed(
        async () => (await byHand.runAndReadAll(BY_HAND[name] ?? '')).getRows().length,
      );
      if (computed !== selected) throw new Error(`${name}: ${computed} rows, by hand ${selected}`);
      rows = computed;
      if (round === 0) continue; // the first warms the file cache and the compilers
      ours.push(computeMs);
      theirs.push(selectMs);
    }
    process.stdout.write(
      `  ${name.padEnd(20)} ${String(rows).padStart(8)} rows  ${ratioOf(ours, theirs)} ×   (${Math.round(median(ours))} ms, by hand ${Math.round(median(theirs))} ms)\n`,
    );
  }
  await engine.close();
  rmSync(directory, { recursive: true, force: true });
}

async function computeRows(engine: DuckDbBatchEngine, plan: ViewPlan, events: number): Promise<number> {
  const range = { from: {}, to: { flights: [events] }, windows: null };
  let rows = 0;
  for await (const chunk of engine.compute(plan, range, new AbortController().signal)) rows += chunk.length;
  return rows;
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const before = performance.now();
  return [await work(), performance.now() - before];
}

/** Parquet files as the archive writes them (see MasterDataset), straight from the source. */
async function writeArchive(directory: string, events: number): Promise<readonly ArchiveFile[]> {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`CREATE TABLE flights AS SELECT * FROM '${FLIGHTS}' ORDER BY date LIMIT ${events}`);
  const perFile = Math.ceil(events / FILES);
  const files: ArchiveFile[] = [];
  for (let from = 0; from < events; from += perFile) {
    const to = Math.min(events, from + perFile);
    const location = join(directory, `${from}.parquet`);
    await connection.run(`COPY (
      SELECT 'flights' AS stream, 0::INTEGER AS "partition", rowid::BIGINT AS "offset", epoch_ms(date) AS appended_at, 'event' AS verdict,
        NULL::VARCHAR AS reason, 'flight-' || rowid AS id, 'urn:twofold:bench' AS source, origin || '-' || destination AS subject,
        'flight.landed' AS type, 1::INTEGER AS version, epoch_ms(date) AS event_time,
        to_json({date: strftime(date, '%Y-%m-%dT%H:%M:%S.000Z'), delay: delay, distance: distance, origin: origin, destination: destination})::VARCHAR AS data,
        epoch_ms(date) AS d_date, delay AS d_delay, distance AS d_distance, origin AS d_origin, destination AS d_destination
      FROM flights WHERE rowid >= ${from} AND rowid < ${to} ORDER BY rowid
    ) TO '${location}' (FORMAT parquet, COMPRESSION zstd)`);
    files.push({
      partition: { stream: 'flights', partition: 0 },
      from,
      to,
      eventType: 'flight.landed',
      eventVersion: 1,
      rowCount: to - from,
      sizeBytes: null,
      times: null,
      location,
    });
  }
  connection.closeSync();
  return files;
}
