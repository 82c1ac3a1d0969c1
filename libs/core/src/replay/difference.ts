/** What is compared of a row that is not the same in both versions. */
export type DifferenceSample = {
  /** The row's dimensions and window, as answers show them. */
  readonly key: Readonly<Record<string, unknown>>;
  /** The measures that differ, as answers show them; null: the version has no such row. */
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
};

/** How a measure that both versions have differs. */
export type MeasureDifference = {
  /** Of the rows that both versions have. */
  readonly changedRows: number;
  /** Of an int or a decimal: its sum over all rows of each version, as decimal text. Of anything else null. */
  readonly before: string | null;
  readonly after: string | null;
};

/** How two versions of a view differ at one cut: of the same events, row by row. */
export type Difference = {
  /** Rows that either version has. */
  readonly comparedRows: number;
  readonly onlyBefore: number;
  readonly onlyAfter: number;
  /** Rows that both have, and in which a measure differs that both have. */
  readonly changedRows: number;
  /** By name, measures that both versions have. */
  readonly measures: Readonly<Record<string, MeasureDifference>>;
  /** Names of measures that one version has. */
  readonly measuresOnlyBefore: readonly string[];
  readonly measuresOnlyAfter: readonly string[];
  /** Some of the rows that are not the same. */
  readonly samples: readonly DifferenceSample[];
};

/** How much may differ for a version to be promoted by itself; both must hold. */
export type DifferenceBounds = {
  /** Rows that are not the same, at most. */
  readonly rows: number;
  /** Their share of all rows compared, at most: 0 to 1. */
  readonly share: number;
};

export const differentRows = ({ onlyBefore, onlyAfter, changedRows }: Difference): number =>
  onlyBefore + onlyAfter + changedRows;

/** Versions that do not have the same measures differ in what bounds say nothing about. */
export const differsWithin = (difference: Difference, { rows, share }: DifferenceBounds): boolean =>
  difference.measuresOnlyBefore.length === 0 &&
  difference.measuresOnlyAfter.length === 0 &&
  differentRows(difference) <= rows &&
  differentRows(difference) <= share * difference.comparedRows;
