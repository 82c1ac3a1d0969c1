import { migrate, openMetadata } from '@twofold/metadata';
import { batchViewStoreContract, testDatabase } from '@twofold/testkit';
import { PostgresBatchViewStore } from './postgres-batch-view-store.js';
import { PostgresBoundaries } from './postgres-boundaries.js';
import { PostgresBuildStage } from './postgres-build-stage.js';

batchViewStoreContract('Postgres', async () => {
  const database = testDatabase();
  await migrate(database.url);
  const metadata = await openMetadata(database.url);
  const close = async (): Promise<void> => {
    await metadata.close();
    await database.drop();
  };
  return {
    ...{ store: new PostgresBatchViewStore(metadata), boundaries: new PostgresBoundaries(metadata) },
    ...{ stage: new PostgresBuildStage(metadata), close },
  };
});
