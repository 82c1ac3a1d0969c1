export { InMemoryBatchViewStore } from './in-memory-batch-view-store.js';
export { InMemoryBoundaries } from './in-memory-boundaries.js';
export { InMemoryControlChannel } from './in-memory-control-channel.js';
export { InMemoryEventLog } from './in-memory-event-log.js';
export { InMemoryMasterDataset } from './in-memory-master-dataset.js';
export { InMemoryReplayLedger } from './in-memory-replay-ledger.js';
export { InMemorySpeedViewStore } from './in-memory-speed-view-store.js';
export { InMemoryBatchEngine } from './in-memory-batch-engine.js';
