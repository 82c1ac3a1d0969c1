import { TwofoldError } from '../errors/twofold-error.js';
import {
  itemTypeOf,
  scaleOf,
  type DataTypeName,
  type ExactTypeName,
  type ScalarTypeName,
} from '../events/data-type.js';
import { parseInteger } from '../events/parse-decimal.js';
import { isText } from '../events/is-text.js';
import { signatureOf } from './function-signatures.js';
import {
  ARITHMETIC_OPERATORS,
  COMPARE_OPERATORS,
  type ArithmeticOperator,
  type CompareOperator,
  type ExpressionNode,
  type LiteralValue,
} from './expression.js';
import { FUNCTION_NAMES, type FunctionName } from './functions.js';
import { isTypeName } from './type-name.js';

/**
 * The nodes of expressions with their rules of type and nullability: what builders make, and what a node that
 * comes as plain data is compared with. Each throws `invalid-view-definition` where its operands do not fit.
 */

export const field = (name: string, type: DataTypeName, nullable: boolean): ExpressionNode => ({
  kind: 'field',
  name,
  type,
  nullable,
});

export function literal(value: LiteralValue, type: DataTypeName): ExpressionNode {
  if (!isTypeName(type)) refuse(`${JSON.stringify(type)} is no type`);
  if (value !== null && !isLiteral(value, type)) refuse(`${JSON.stringify(value)} is not a literal of type ${type}`);
  return { kind: 'literal', value, type, nullable: value === null };
}

export function compare(operator: CompareOperator, left: ExpressionNode, right: ExpressionNode): ExpressionNode {
  mustBeOneOf(COMPARE_OPERATORS, operator, 'comparison');
  if (left.type !== right.type) refuse(`${left.type} is not compared with ${right.type}`);
  if (itemTypeOf(left.type) !== null) refuse(`lists are not compared`);
  return { kind: 'compare', operator, left, right, type: 'boolean', nullable: left.nullable || right.nullable };
}

export function logic(kind: 'and' | 'or', operands: readonly ExpressionNode[]): ExpressionNode {
  operands.forEach((operand) => mustBe('boolean', operand, kind));
  return { kind, operands, type: 'boolean', nullable: operands.some(({ nullable }) => nullable) };
}

export function negation(operand: ExpressionNode): ExpressionNode {
  mustBe('boolean', operand, 'not');
  return { kind: 'not', operand, type: 'boolean', nullable: operand.nullable };
}

export const nullTest = (operand: ExpressionNode): ExpressionNode => ({
  kind: 'is-null',
  operand,
  type: 'boolean',
  nullable: false,
});

/** Digits after the point that a product may have. */
const MAX_SCALE = 18;

export function arithmetic(operator: ArithmeticOperator, left: ExpressionNode, right: ExpressionNode): ExpressionNode {
  mustBeOneOf(ARITHMETIC_OPERATORS, operator, 'operator of arithmetic');
  const [a, b] = [scaleOf(left.type), scaleOf(right.type)];
  if (a === null || b === null)
    return refuse(`${operator} is of ints and decimals, not of ${left.type} and ${right.type}`);
  const nullable = left.nullable || right.nullable || !cannotBeNull(operator, right);
  return { kind: 'arithmetic', operator, left, right, type: typeOfResult(operator, left, right, a, b), nullable };
}

function typeOfResult(
  operator: ArithmeticOperator,
  { type: left }: ExpressionNode,
  { type: right }: ExpressionNode,
  a: number,
  b: number,
): ExactTypeName {
  switch (operator) {
    case 'add':
    case 'subtract':
    case 'remainder':
      if (left !== right) refuse(`${operator} is of two values of one type, not of ${left} and ${right}`);
      return left as ExactTypeName;
    case 'multiply':
      if (a + b > MAX_SCALE)
        refuse(`a product of ${left} and ${right} would have more than ${MAX_SCALE} digits after the point`);
      return left === 'int'
        ? (right as ExactTypeName)
        : right === 'int'
          ? (left as ExactTypeName)
          : `decimal(${a + b})`;
    case 'divide':
      if (right !== 'int') refuse(`${left} is divided by an int, not by ${right}`);
      return left as ExactTypeName;
  }
}

/** Only a division by zero makes a null of values that are none; a literal divisor shows that it is none. */
const cannotBeNull = (operator: ArithmeticOperator, divisor: ExpressionNode): boolean =>
  (operator !== 'divide' && operator !== 'remainder') ||
  (divisor.kind === 'literal' && divisor.value !== null && Number(divisor.value) !== 0);

export function coalesceOf(operands: readonly ExpressionNode[]): ExpressionNode {
  const [first] = operands;
  if (first === undefined) return refuse('coalesce has at least one operand');
  sameType('coalesce', operands);
  return { kind: 'coalesce', operands, type: first.type, nullable: operands.every(({ nullable }) => nullable) };
}

export function caseOf(
  branches: readonly { readonly when: ExpressionNode; readonly then: ExpressionNode }[],
  otherwise: ExpressionNode,
): ExpressionNode {
  if (branches.length === 0) refuse('a case has at least one branch');
  branches.forEach(({ when }) => mustBe('boolean', when, 'when'));
  const values = [...branches.map(({ then }) => then), otherwise];
  sameType('case', values);
  return { kind: 'case', branches, otherwise, type: otherwise.type, nullable: values.some(({ nullable }) => nullable) };
}

export function call(name: FunctionName, operands: readonly ExpressionNode[]): ExpressionNode {
  mustBeOneOf(FUNCTION_NAMES, name, 'function');
  const { type, nullable } = signatureOf(name, operands, refuse);
  return { kind: 'call', name, operands, type, nullable: nullable || operands.some((operand) => operand.nullable) };
}

function mustBe(type: DataTypeName, operand: ExpressionNode, where: string): void {
  if (operand.type !== type) refuse(`${where} is of ${type} values, this is ${operand.type}`);
}

function mustBeOneOf(names: readonly string[], name: string, what: string): void {
  if (!names.includes(name)) refuse(`there is no ${what} ${JSON.stringify(name)}`);
}

function sameType(where: string, [first, ...others]: readonly ExpressionNode[]): void {
  for (const { type } of others)
    if (type !== first?.type) refuse(`the values of a ${where} are of one type, not ${first?.type} and ${type}`);
}

function isLiteral(value: LiteralValue, type: DataTypeName): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string' && isText(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'double':
      return Number.isFinite(value);
    case 'timestamp':
    case 'date':
      return Number.isSafeInteger(value);
    default:
      return scaleOf(type) !== null && isExactLiteral(value);
  }
}

/** A safe number, or the digits of what is beyond: each value has one form. */
const isExactLiteral = (value: LiteralValue): boolean =>
  typeof value === 'string' ? typeof parseInteger(value) === 'bigint' : Number.isSafeInteger(value);

export const isScalarType = (type: DataTypeName): type is ScalarTypeName => itemTypeOf(type) === null;

function refuse(message: string): never {
  throw new TwofoldError('invalid-view-definition', message);
}
