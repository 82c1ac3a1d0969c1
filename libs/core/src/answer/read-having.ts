import type { ExactInteger } from '../algebra/exact-integer.js';
import { impossible, type TwofoldError } from '../errors/twofold-error.js';
import type { CompareOperator } from '../views/expression.js';
import type { ViewPlan } from '../views/view-plan.js';
import { storageOfColumn } from './column-storage.js';
import { distinctBound } from './compared-measure.js';
import type { Having } from './having.js';
import { readLiteral } from './read-literal.js';
import { refusedParameter } from './refused-parameter.js';

/** Conditions of one request: each is a comparison for every group. */
const MAX_CONDITIONS = 20;
const CONDITION = /^\s*([A-Za-z][A-Za-z0-9]*)\s*(!=|<=|>=|=|<|>)\s*(.*)$/s;
const OPERATORS: Readonly<Record<string, CompareOperator>> = {
  '=': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};

/**
 * `having=flights>=100`: a measure, one of `= != < <= > >=`, and a value of its type, which may be quoted as a JSON string
 * (text that begins with a quote or an operator, or has spaces around it, must be). All of several must hold; a
 * measure that is null meets none.
 *
 * @throws TwofoldError `unknown-measure`, `invalid-value` with the pointer /having
 */
export function readHaving(plan: ViewPlan, texts: readonly string[]): readonly Having[] {
  if (texts.length > MAX_CONDITIONS) throw refuse(`there are ${texts.length} conditions, at most ${MAX_CONDITIONS}`);
  return texts.map((text) => readCondition(plan, text));
}

function readCondition(plan: ViewPlan, text: string): Having {
  const [, name = '', sign = '', literal = ''] = CONDITION.exec(text) ?? [];
  const operator = OPERATORS[sign];
  if (operator === undefined) {
    throw refuse(`a condition is a measure, one of = != < <= > >= and a value; ${JSON.stringify(text)} is not`);
  }
  const index = plan.measures.findIndex((candidate) => candidate.name === name);
  if (index < 0) {
    const known = plan.measures.map((measure) => measure.name).join(', ');
    throw refusedParameter(
      'unknown-measure',
      'having',
      `view ${plan.id.name} has no measure ${JSON.stringify(name)}; its measures are ${known}`,
    );
  }
  const { column } = plan.measures[index] ?? impossible(`measure ${index}`);
  if (storageOfColumn(column) === null) throw refuse(`${name} is a histogram, which is compared with nothing`);
  const value = readLiteral(name, column, unquoted(literal.trim()), 'having');
  const bound = distinctBound(plan, index);
  if (bound !== null && BigInt(value as ExactInteger) > bound)
    throw refuse(`${name} counts up to ${bound}, it cannot be compared with ${value}`);
  return { measure: index, operator, value };
}

function unquoted(literal: string): string {
  if (!literal.startsWith('"')) return literal;
  try {
    return String(JSON.parse(literal));
  } catch {
    throw refuse(`${literal} is no JSON string`);
  }
}

const refuse = (message: string): TwofoldError => refusedParameter('invalid-value', 'having', message);
