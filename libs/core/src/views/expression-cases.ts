import type { ExpressionCase } from './cases/case.js';
import { comparisons } from './cases/comparisons.js';
import { lists } from './cases/lists.js';
import { logic } from './cases/logic.js';
import { numbers } from './cases/numbers.js';
import { texts } from './cases/texts.js';
import { times } from './cases/times.js';

/** The one meaning of expressions: whatever evaluates them gives these values. */
export const EXPRESSION_CASES: readonly ExpressionCase[] = [
  ...comparisons,
  ...logic,
  ...numbers,
  ...texts,
  ...lists,
  ...times,
];
