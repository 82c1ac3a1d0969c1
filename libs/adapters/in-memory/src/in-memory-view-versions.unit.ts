import { viewVersionsContract } from '@twofold/testkit';
import { InMemoryAuditLedger } from './in-memory-audit-ledger.js';
import { InMemoryBatchViewStore } from './in-memory-batch-view-store.js';
import { InMemoryBoundaries } from './in-memory-boundaries.js';
import { InMemoryViewVersions } from './in-memory-view-versions.js';

viewVersionsContract('in memory', async () => {
  const store = new InMemoryBatchViewStore();
  const boundaries = new InMemoryBoundaries(store);
  const audits = new InMemoryAuditLedger();
  return {
    versions: new InMemoryViewVersions(store, boundaries, audits),
    store,
    boundaries,
    audits,
    close: () => store.close(),
  };
});
