export { testServers, type TestServers } from './test-servers.js';
export { batchViewStoreContract } from './batch-view-store-contract.js';
export { boundariesContract } from './boundaries-contract.js';
export { controlChannelContract } from './control-channel-contract.js';
export { eventLogContract } from './event-log-contract.js';
export { masterDatasetContract } from './master-dataset-contract.js';
export { replayLedgerContract } from './replay-ledger-contract.js';
export { speedViewStoreContract } from './speed-view-store-contract.js';
