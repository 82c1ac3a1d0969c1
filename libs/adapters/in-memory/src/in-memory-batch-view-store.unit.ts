import { batchViewStoreContract } from '@twofold/testkit';
import { InMemoryBatchViewStore } from './in-memory-batch-view-store.js';
import { InMemoryBoundaries } from './in-memory-boundaries.js';
import { InMemoryBuildStage } from './in-memory-build-stage.js';

batchViewStoreContract('in memory', async () => {
  const stage = new InMemoryBuildStage();
  const store = new InMemoryBatchViewStore(Date.now, stage);
  return { store, boundaries: new InMemoryBoundaries(store), stage, close: () => store.close() };
});
