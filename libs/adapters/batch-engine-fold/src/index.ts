export { FoldBatchEngine } from './fold-batch-engine.js';
export { FoldThreads, type FoldThreadsOptions } from './fold-threads.js';
export { type PartitionFolds } from './partition-folds.js';
export { serveFolds } from './serve-folds.js';
