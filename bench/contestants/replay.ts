import '@twofold/platform/no-maglev';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { DuckDbBatchEngine } from '@twofold/batch-engine-duckdb';
import { FoldBatchEngine, FoldThreads } from '@twofold/batch-engine-fold';
import { catalog } from '@twofold/catalog';
import { mergeRows, rowKeyOf, viewNamed, type ViewRow } from '@twofold/core';
import { KafkaRawReader } from '@twofold/event-log-kafka';
import { ParquetMasterDataset } from '@twofold/master-dataset-parquet';
import { openMetadata } from '@twofold/metadata';
import type { BatchEngine } from '@twofold/ports';

/**
 * A generation of a view, from the whole of history. Arguments: engine, view, threads, and as JSON the settings of the batch-view-builder
 * as far as its folds need them. Prints {"events", "cpuMs", "wallMs", "rows", "digest"}: of the rows once each, in order.
 */
const [name = '', view = '', threads = '1', json = '{}'] = process.argv.slice(2);
const settings = JSON.parse(json) as {
  readonly KAFKA_BROKERS: readonly string[];
  readonly TWOFOLD_NAMESPACE: string;
  readonly DATABASE_URL: string;
  readonly ARCHIVE_DIR: string;
};
const plan = viewNamed(catalog, view);
const [stream = ''] = plan.streams;
const log = new KafkaRawReader({ brokers: settings.KAFKA_BROKERS, namespace: settings.TWOFOLD_NAMESPACE });
const { end } = await log.bounds(stream);
await log.close();
const database = await openMetadata(settings.DATABASE_URL);
const masterDataset = await ParquetMasterDataset.open({ directory: settings.ARCHIVE_DIR, database });
const entry = new URL('../../apps/batch-view-builder/dist/fold-thread.js', import.meta.url);
const engine: BatchEngine =
  name === 'duckdb'
    ? await DuckDbBatchEngine.open({ masterDataset, tempDirectory: tmpdir(), threads: Number(threads) })
    : new FoldBatchEngine(new FoldThreads({ entry, data: settings, threads: Number(threads) }));

/** Of [0, to): the first computation starts threads and compiles. */
async function compute(to: readonly number[]): Promise<readonly ViewRow[]> {
  const range = { from: {}, to: { [stream]: to }, windows: null };
  const rows: ViewRow[] = [];
  for await (const chunk of engine.compute(plan, range, new AbortController().signal)) rows.push(...chunk);
  return engine.givesEachRowOnce ? rows : mergeRows(plan, rows);
}

await compute(end.map((head) => Math.min(1, head)));
const [before, beganAtMs] = [process.cpuUsage(), performance.now()];
const rows = await compute(end);
const { user, system } = process.cpuUsage(before);
const wallMs = performance.now() - beganAtMs;
const digest = createHash('sha256');
const texts = rows.map((row) => `${rowKeyOf(row)} ${row.parts.map(String).join(' ')}\n`);
for (const text of texts.sort()) digest.update(text);
const events = end.reduce((sum, head) => sum + head, 0);
process.stdout.write(
  `${JSON.stringify({ events, cpuMs: (user + system) / 1000, wallMs, rows: rows.length, digest: digest.digest('hex') })}\n`,
);
await engine.close();
await masterDataset.close();
await database.close();
