import type { Scalar } from '../events/data-type.js';
import { impossible } from '../errors/twofold-error.js';
import type { CompareOperator } from '../views/expression.js';

/** The order of values of one type, as every engine has it: text by code point, false before true. Not for nulls. */
export function compareValues(a: NonNullable<Scalar>, b: NonNullable<Scalar>): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Text by code point: JavaScript's own order is by UTF-16 unit, which puts U+FFFF after U+10000. */
export function compareText(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) {
    const unitOfA = a.charCodeAt(index);
    const unitOfB = b.charCodeAt(index);
    if (unitOfA !== unitOfB) return rankOf(unitOfA) - rankOf(unitOfB);
  }
  return a.length - b.length;
}

/** UTF-16 units in the order of the code points they begin: surrogates (U+D800–DFFF) after U+E000–FFFF. */
const rankOf = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

/** Whether two values that compare so are as the operator says. */
export function isInOrder(operator: CompareOperator, order: number): boolean {
  switch (operator) {
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== 0;
    case 'lt':
      return order < 0;
    case 'le':
      return order <= 0;
    case 'gt':
      return order > 0;
    case 'ge':
      return order >= 0;
    default:
      return impossible(`operator ${String(operator satisfies never)}`);
  }
}
