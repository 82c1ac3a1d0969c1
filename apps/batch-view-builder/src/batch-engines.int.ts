import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDbBatchEngine } from '@twofold/batch-engine-duckdb';
import { FoldBatchEngine } from '@twofold/batch-engine-fold';
import { ParquetMasterDataset } from '@twofold/master-dataset-parquet';
import { migrate, openMetadata } from '@twofold/metadata';
import { parseSettings } from '@twofold/platform';
import type { BatchEngine } from '@twofold/ports';
import { archiveCase, batchEngineContract, headCutOf, testDatabase, testServers, type LawCase } from '@twofold/testkit';
import { openFolds } from './open-folds.js';
import { batchViewBuilderSettings, type BatchViewBuilderSettings } from './settings.js';

/** A database and an archive are made for each. */
const RUNS = 15;

/** An engine over an archive of its own that has all of a case. */
const over =
  (
    openEngine: (
      masterDataset: ParquetMasterDataset,
      settings: BatchViewBuilderSettings,
      lawCase: LawCase,
    ) => Promise<BatchEngine>,
  ) =>
  async (lawCase: LawCase): Promise<BatchEngine> => {
    const { url, drop } = testDatabase();
    await migrate(url);
    const database = await openMetadata(url);
    const directory = await mkdtemp(join(tmpdir(), 'twofold-test-'));
    const masterDataset = await ParquetMasterDataset.open({ directory, database });
    await archiveCase(lawCase, headCutOf(lawCase.log), masterDataset);
    const { kafkaBrokers, redisUrl } = testServers();
    const servers = { KAFKA_BROKERS: kafkaBrokers.join(','), REDIS_URL: redisUrl, DATABASE_URL: url };
    const settings = parseSettings(batchViewBuilderSettings, { ...servers, ARCHIVE_DIR: directory });
    const engine = await openEngine(masterDataset, settings, lawCase);
    return {
      name: engine.name,
      givesEachRowOnce: engine.givesEachRowOnce,
      compute: (...args) => engine.compute(...args),
      close: async () => {
        await engine.close();
        await masterDataset.close();
        await database.close();
        await drop();
        await rm(directory, { recursive: true });
      },
    };
  };

batchEngineContract('duckdb, over Parquet files', {
  open: over((masterDataset, { ARCHIVE_DIR }) => DuckDbBatchEngine.open({ masterDataset, tempDirectory: ARCHIVE_DIR })),
  runs: RUNS,
});
batchEngineContract('fold, over Parquet files', {
  open: over(
    async (_, settings, { events }) => new FoldBatchEngine(await openFolds(settings, { events, streams: [] })),
  ),
  runs: RUNS,
});
