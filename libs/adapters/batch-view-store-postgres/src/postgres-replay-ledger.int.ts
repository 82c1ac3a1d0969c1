import { afterAll, beforeAll } from '@jest/globals';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { replayLedgerContract, testDatabase } from '@twofold/testkit';
import { PostgresReplayLedger } from './postgres-replay-ledger.js';

const database = testDatabase();
let metadata: Metadata;
beforeAll(async () => {
  await migrate(database.url);
  metadata = await openMetadata(database.url);
});
afterAll(async () => {
  await metadata.close();
  await database.drop();
});

replayLedgerContract('Postgres', async () => {
  await metadata.prisma.rebuild.deleteMany();
  return new PostgresReplayLedger(metadata);
});
