export { DuckDbBatchEngine, type DuckDbBatchEngineOptions } from './duckdb-batch-engine.js';
