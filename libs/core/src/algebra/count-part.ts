import { addAny, type ExactInteger } from './exact-integer.js';
import { scalarFromSql, type PartAlgebra } from './part-algebra.js';
import type { Part } from './part.js';

/** How many events, or values. Fewer than 2^53, as offsets are, so a number is exact. */
export const countPart: PartAlgebra<Part & { readonly kind: 'count' }> = {
  identity: 0,
  lift: () => 1,
  combine: (_part, states) => states.reduce<ExactInteger>((sum, state) => addAny(sum, state as ExactInteger), 0),
  inFold: { kind: 'scalar', step: (_part, state) => `${state} += 1;` },
  sql: { duckdb: (_part, of) => `count(${of ?? '*'})` },
  stateFromSql: (_part, value) => scalarFromSql(value),
};
