import { migrate, openMetadata } from '@twofold/metadata';
import { viewVersionsContract, testDatabase } from '@twofold/testkit';
import { PostgresAuditLedger } from './postgres-audit-ledger.js';
import { PostgresBatchViewStore } from './postgres-batch-view-store.js';
import { PostgresBoundaries } from './postgres-boundaries.js';
import { PostgresViewVersions } from './postgres-view-versions.js';

viewVersionsContract('Postgres', async () => {
  const database = testDatabase();
  await migrate(database.url);
  const metadata = await openMetadata(database.url);
  const close = async (): Promise<void> => {
    await metadata.close();
    await database.drop();
  };
  return {
    ...{ store: new PostgresBatchViewStore(metadata), boundaries: new PostgresBoundaries(metadata) },
    ...{ versions: new PostgresViewVersions(metadata), audits: new PostgresAuditLedger(metadata), close },
  };
});
