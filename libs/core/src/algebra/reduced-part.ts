import { impossible } from '../errors/twofold-error.js';
import type { Scalar } from '../events/data-type.js';
import { eventsIn } from '../projections/standing.js';
import { compareText } from './compare-values.js';
import type { PartAlgebra } from './part-algebra.js';
import type { Part } from './part.js';

const notMadeHere = (): never => impossible('a state of a projection that is not of its own fold');

/**
 * How a subject of a projection stands. Each event of it makes the next state of the one before, so of two states the one of more
 * events has all that the other has. Those of equally many are the same, where nothing is wrong; else it does not matter which.
 */
export const reducedPart: PartAlgebra<Part & { readonly kind: 'reduced' }> = {
  identity: null,
  lift: (_part, value) => value,
  combine: (_part, states) => states.reduce((a, b) => (a === null || (b !== null && isLater(b, a)) ? b : a), null),
  inFold: { kind: 'scalar', step: notMadeHere },
  sql: { duckdb: notMadeHere },
  stateFromSql: notMadeHere,
};

function isLater(a: Scalar, b: Scalar): boolean {
  const [one, other] = [String(a), String(b)];
  return (eventsIn(one) - eventsIn(other) || compareText(one, other)) > 0;
}
