const MONTHS_OF_A_YEAR = 12;

/** Of the events of one version in one range. More have no use: they are of clocks that are wrong. */
const MAX_MONTHS = 120;

/** The month of a time, UTC, as one number. {@link monthSql} gives the same. */
export function monthOf(timeMs: number): number {
  const time = new Date(timeMs);
  return time.getUTCFullYear() * MONTHS_OF_A_YEAR + time.getUTCMonth();
}

/** The month of a column of milliseconds, in DuckDB. */
export const monthSql = (column: string): string =>
  `(year(make_timestamp(${column} * 1000)) * ${MONTHS_OF_A_YEAR} + month(make_timestamp(${column} * 1000)) - 1)`;

/** Which months have a file: each its own; of more than {@link MAX_MONTHS} those with the fewest events share the last. */
export function filesByMonth(rowsOfMonths: ReadonlyMap<number, number>): readonly (readonly number[])[] {
  const most = [...rowsOfMonths].sort(([a, rowsOfA], [b, rowsOfB]) => rowsOfB - rowsOfA || a - b);
  const own = most.slice(0, MAX_MONTHS).map(([month]) => [month]);
  const shared = most.slice(MAX_MONTHS).map(([month]) => month);
  return [...own.sort(([a = 0], [b = 0]) => a - b), ...(shared.length === 0 ? [] : [shared])];
}
