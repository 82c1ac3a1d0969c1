/** How the files of an edition of the archive are made. The rows are the same in all. */
export type ArchiveLayout = {
  /** Records of a range at most, where it is rewritten: what one record releases stays with it. Archivers make shorter ones, of what is there. */
  readonly rangeRecords: number;
  readonly compression: 'zstd' | 'snappy';
  /** Rows of a row group at most: what a reader who wants some offsets skips, or reads whole. */
  readonly rowGroupRows: number;
  /** `month`: events of a type in a range are divided by the month of their time (UTC), so that what asks for some windows opens few files. */
  readonly partitionedBy: 'offset' | 'month';
  /** Typed columns of the newest version in the catalog, instead of the one that an event came in; where an upcast overflows they stay as they are. */
  readonly upcast: boolean;
};

/** The layout of the first edition. One row group: DuckDB's own default, which a usual range stays below. */
export const FIRST_LAYOUT: ArchiveLayout = {
  ...{ rangeRecords: 50_000, compression: 'zstd', rowGroupRows: 122_880 },
  ...{ partitionedBy: 'offset', upcast: false },
};
