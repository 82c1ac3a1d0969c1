import { addAny, integerOf, squareOf, type ExactInteger } from './exact-integer.js';
import { scalarFromSql, type PartAlgebra, type SqlValue } from './part-algebra.js';
import type { Part } from './part.js';

/** 2^32: how far the high half of a value stands. */
const HALF_BITS = 32n;

/** The exact sum of 64-bit integers, or of their squares, of any size. */
export const sumPart: PartAlgebra<Part & { readonly kind: 'sum' }> = {
  identity: 0,
  lift: ({ power }, value) => (power === 2 ? squareOf(value as ExactInteger) : (value as ExactInteger)),
  combine: (_part, states) => states.reduce<ExactInteger>((sum, state) => addAny(sum, state as ExactInteger), 0),
  inFold: {
    kind: 'scalar',
    step: ({ power }, state, value) => {
      const term = power === 1 ? value : 'y';
      const add = `if (typeof ${state} === 'number' && typeof ${term} === 'number') { const s = ${state} + ${term}; ${state} = s <= 9007199254740991 && s >= -9007199254740991 ? s : addAny(${state}, ${term}); } else ${state} = addAny(${state}, ${term});`;
      return power === 1 ? add : `const y = squareOf(${value}); ${add}`;
    },
  },
  sql: {
    // the sum of BIGINT is a HUGEINT: 2^63 values of 64 bits fit
    duckdb: ({ power }, of) => (power === 1 ? `coalesce(sum(${of}), 0)` : sumOfSquares(`${of}`)),
  },
  stateFromSql: ({ power }, value) => (power === 1 ? scalarFromSql(value) : squaresFromSql(value)),
};

/**
 * A square of 64 bits has 127, and two of them do not fit a HUGEINT. So of x = 2^32·high + low (0 ≤ low < 2^32) there are
 * three sums, none of whose terms has more than 64 bits: of high², high·low and low².
 */
function sumOfSquares(of: string): string {
  const high = `(${of} >> ${HALF_BITS})`;
  const low = `(${of} & 4294967295)`;
  const sum = (term: string): string => `coalesce(sum(${term}), 0)`;
  return `[${sum(`${high} * ${high}`)}, ${sum(`${high} * ${low}`)}, ${sum(`CAST(${low} AS UBIGINT) * CAST(${low} AS UBIGINT)`)}]`;
}

function squaresFromSql(value: SqlValue): ExactInteger {
  const [highs = 0n, mixed = 0n, lows = 0n] = (value as readonly (number | bigint)[]).map(BigInt);
  return integerOf((highs << (2n * HALF_BITS)) + (mixed << (HALF_BITS + 1n)) + lows);
}
