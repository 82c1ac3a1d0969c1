export { ParquetMasterDataset, type ParquetMasterDatasetOptions } from './parquet-master-dataset.js';
