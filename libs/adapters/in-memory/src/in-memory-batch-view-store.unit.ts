import { batchViewStoreContract } from '@twofold/testkit';
import { InMemoryBatchViewStore } from './in-memory-batch-view-store.js';
import { InMemoryBoundaries } from './in-memory-boundaries.js';

batchViewStoreContract('in memory', async () => {
  const store = new InMemoryBatchViewStore();
  return { store, boundaries: new InMemoryBoundaries(store), close: () => store.close() };
});
