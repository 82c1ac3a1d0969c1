import type { ArchiveLayout } from '@twofold/core';

/** How a file is written, for COPY. */
export const parquetFormat = ({ compression, rowGroupRows }: ArchiveLayout): string =>
  `(FORMAT parquet, COMPRESSION ${compression}, ROW_GROUP_SIZE ${rowGroupRows})`;
