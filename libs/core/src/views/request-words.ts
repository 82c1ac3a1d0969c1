/** What a request for rows says beside the names of dimensions: so no column has one of these names. */
export const REQUEST_WORDS: readonly string[] = [
  'from',
  'to',
  'granularity',
  'groupBy',
  'having',
  'orderBy',
  'limit',
  'cursor',
  'atLeast',
  'waitMs',
  'maxStalenessMs',
];
