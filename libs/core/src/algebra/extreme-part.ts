import { compareValues } from './compare-values.js';
import { scalarFromSql, type PartAlgebra } from './part-algebra.js';
import type { Part } from './part.js';

type Extreme = Part & { readonly kind: 'min' | 'max' };

/** The least or the greatest value. Engines' text orders by code point as well: by the bytes of UTF-8. */
export const extremePart: PartAlgebra<Extreme> = {
  identity: null,
  lift: (_part, value) => value,
  combine: ({ kind }, states) =>
    states.reduce((a, b) => {
      if (a === null) return b;
      if (b === null) return a;
      const order = compareValues(a, b);
      return (kind === 'min' ? order <= 0 : order >= 0) ? a : b;
    }, null),
  inFold: {
    kind: 'scalar',
    step(part, state, value) {
      const [a, b] = part.kind === 'min' ? [value, state] : [state, value];
      const isBefore = part.type === 'string' ? `compareText(${a}, ${b}) < 0` : `${a} < ${b}`;
      return `if (${state} === null || ${isBefore}) ${state} = ${value};`;
    },
  },
  sql: { duckdb: ({ kind }, of) => `${kind}(${of})` },
  stateFromSql: (_part, value) => scalarFromSql(value),
};
