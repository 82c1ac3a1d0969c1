export { ParquetMasterDataset, type ParquetMasterDatasetOptions } from './parquet-master-dataset.js';
export { ParquetArchiveEditions } from './parquet-archive-editions.js';
