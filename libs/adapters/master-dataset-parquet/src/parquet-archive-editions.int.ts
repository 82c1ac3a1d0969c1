import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openMetadata } from '@twofold/metadata';
import { archiveEditionsContract, testDatabase } from '@twofold/testkit';
import { ParquetArchiveEditions } from './parquet-archive-editions.js';
import { ParquetMasterDataset } from './parquet-master-dataset.js';

archiveEditionsContract('Parquet and Postgres', async () => {
  const { url, drop } = testDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'twofold-test-'));
  await migrate(url);
  const [database, another] = [await openMetadata(url), await openMetadata(url)];
  const masterDataset = await ParquetMasterDataset.open({ directory, database });
  const editions = await ParquetArchiveEditions.open({ directory, database });
  const others = await ParquetArchiveEditions.open({ directory, database: another });
  return {
    ...{ masterDataset, editions, others },
    close: async () => {
      for (const opened of [masterDataset, editions, others, database, another]) await opened.close();
      await drop();
      await rm(directory, { recursive: true });
    },
  };
});
