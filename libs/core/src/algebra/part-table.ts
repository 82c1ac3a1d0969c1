import { bucketsPart } from './buckets-part.js';
import { countPart } from './count-part.js';
import { extremePart } from './extreme-part.js';
import type { PartAlgebra } from './part-algebra.js';
import type { Part } from './part.js';
import { placePart } from './place-part.js';
import { reducedPart } from './reduced-part.js';
import { registersPart } from './registers-part.js';
import { setPart } from './set-part.js';
import { sumPart } from './sum-part.js';

/** Every part there is. To add one, write its algebra in a file of its own and name it here. */
const parts: { readonly [K in Part['kind']]: PartAlgebra<Part & { readonly kind: K }> } = {
  count: countPart,
  sum: sumPart,
  min: extremePart as PartAlgebra<Part & { readonly kind: 'min' }>,
  max: extremePart as PartAlgebra<Part & { readonly kind: 'max' }>,
  argmin: placePart as PartAlgebra<Part & { readonly kind: 'argmin' }>,
  argmax: placePart as PartAlgebra<Part & { readonly kind: 'argmax' }>,
  set: setPart,
  registers: registersPart,
  buckets: bucketsPart,
  reduced: reducedPart,
};

/** The algebra of a kind of part; it takes parts of that kind only. */
export const partOf = (kind: Part['kind']): PartAlgebra => parts[kind] as PartAlgebra;
