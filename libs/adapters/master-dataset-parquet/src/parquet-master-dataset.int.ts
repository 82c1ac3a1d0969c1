import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { DuckDBConnection } from '@duckdb/node-api';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { masterDatasetContract, testDatabase } from '@twofold/testkit';
import { ParquetMasterDataset } from './parquet-master-dataset.js';

const cleanUp: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const undo of cleanUp.reverse()) await undo();
}, 60_000);

masterDatasetContract('Parquet and Postgres', async () => {
  const { url, drop } = testDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'twofold-test-'));
  cleanUp.push(drop, () => rm(directory, { recursive: true }));
  await migrate(url);
  const duckDb = await DuckDBConnection.create();
  return {
    open: async () => {
      const database: Metadata = await openMetadata(url);
      cleanUp.push(() => database.close());
      return ParquetMasterDataset.open({ directory, database });
    },
    offsetsIn: async ({ location }) => {
      const reader = await duckDb.runAndReadAll(`SELECT "offset" FROM read_parquet('${location}')`);
      return reader.getColumns()[0]?.map(Number) ?? [];
    },
  };
});
