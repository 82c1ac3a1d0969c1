import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { DuckDBConnection } from '@duckdb/node-api';
import type { ArchivedEvent } from '@twofold/core';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { NO_CHANGES } from '@twofold/ports';
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

describe('the size of a file', () => {
  it('is what the file system says, and not known of one that was archived before it was written down', async () => {
    const { url, drop } = testDatabase();
    const directory = await mkdtemp(join(tmpdir(), 'twofold-test-'));
    cleanUp.push(drop, () => rm(directory, { recursive: true }));
    await migrate(url);
    const database = await openMetadata(url);
    const archive = await ParquetMasterDataset.open({ directory, database });
    cleanUp.push(
      () => database.close(),
      () => archive.close(),
    );
    const dead: ArchivedEvent = {
      ...{ offset: 0, appliedOffset: 0, appendedAtMs: 1, id: '1', source: '/flights', subject: 'ATL' },
      ...{ type: 'flight.landed', version: 0, timeMs: 0, dataText: '{"origin', values: [] },
      verdict: { kind: 'dead', code: 'unreadable', reason: 'its value is no JSON' },
    };
    await archive.append({ stream: 'flights', partition: 0 }, 0, 1, [dead], [], NO_CHANGES);
    const file = async () => (await archive.filesBelow({ flights: [1] }, null))[0];
    expect((await file())?.sizeBytes).toBe((await stat((await file())?.location ?? '')).size);
    await database.prisma.archiveFile.updateMany({ data: { sizeBytes: null } });
    expect((await file())?.sizeBytes).toBeNull();
  });
});
