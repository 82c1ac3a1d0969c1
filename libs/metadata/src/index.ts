export { archivedTo } from './archived-to.js';
export { migrate } from './migrate.js';
export { openMetadata, type Metadata } from './open-metadata.js';
export { rawRecordOf, waitingStatements } from './write-waiting.js';
export { isConstraintViolation, reachingStore } from './store-errors.js';
