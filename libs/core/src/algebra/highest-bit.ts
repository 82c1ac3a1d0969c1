/**
 * The position of the highest bit that is set (0: the lowest), −1 of 0, as DuckDB's SQL over a UBIGINT. The logarithm is of a
 * double and so not exact near powers of two: the bit below the highest is cleared first, and a little added. What it
 * is taken of lies between 1.2 and 1.9 times the power.
 */
export const highestBitSql = (bits: string): string =>
  `CAST(floor(log2(CAST(${bits} & xor(${bits}, ${bits} >> 1) AS DOUBLE) * 1.2e0 + 0.5e0)) AS INTEGER)`;

/** The same of a bigint from 1. */
export const highestBitOf = (bits: bigint): number => bits.toString(2).length - 1;
