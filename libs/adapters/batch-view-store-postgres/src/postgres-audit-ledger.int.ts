import { afterAll, beforeAll } from '@jest/globals';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { auditLedgerContract, testDatabase } from '@twofold/testkit';
import { PostgresAuditLedger } from './postgres-audit-ledger.js';

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

auditLedgerContract('Postgres', async () => new PostgresAuditLedger(metadata));
