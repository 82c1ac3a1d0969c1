import { impossible } from '../errors/twofold-error.js';
import { itemTypeOf, storageOf, type DataTypeName, type ScalarTypeName } from '../events/data-type.js';
import { functionTable } from '../functions/function-table.js';
import type { ArithmeticOperator, CompareOperator, ExpressionNode } from '../views/expression.js';
import { operandsOf } from '../views/operands.js';
import type { SqlDialect } from './sql-dialect.js';

const COMPARE: Readonly<Record<CompareOperator, string>> = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' };
const ARITHMETIC: Readonly<Record<ArithmeticOperator, string>> = {
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '//',
  remainder: '%',
};

/** The archive's column of a leaf. */
export const columnOfField = (path: string): string => `d_${path}`;

/** The SQL type of a value. */
export function sqlTypeOf(type: DataTypeName, dialect: SqlDialect): string {
  const item = itemTypeOf(type);
  return item === null ? dialect.typeOf(storageOf(type as ScalarTypeName)) : `${dialect.typeOf(storageOf(item))}[]`;
}

/** An expression as SQL over the archive's columns. Null also where arithmetic in it leaves 64 bits: see {@link overflowSqlOf}. */
export function sqlOf(node: ExpressionNode, dialect: SqlDialect): string {
  const of = (operand: ExpressionNode): string => sqlOf(operand, dialect);
  switch (node.kind) {
    case 'field':
      return dialect.quoteIdentifier(columnOfField(node.name));
    case 'event-time':
      return dialect.quoteIdentifier('event_time');
    case 'event-type':
      return dialect.quoteIdentifier('type');
    case 'literal':
      return `CAST(${literalOf(node, dialect)} AS ${sqlTypeOf(node.type, dialect)})`;
    case 'compare':
      return `(${of(node.left)} ${COMPARE[node.operator]} ${of(node.right)})`;
    case 'and':
      return node.operands.length === 0 ? 'TRUE' : `(${node.operands.map(of).join(' AND ')})`;
    case 'or':
      return node.operands.length === 0 ? 'FALSE' : `(${node.operands.map(of).join(' OR ')})`;
    case 'not':
      return `(NOT ${of(node.operand)})`;
    case 'is-null':
      return `(${of(node.operand)} IS NULL)`;
    case 'coalesce':
      return `coalesce(${node.operands.map(of).join(', ')})`;
    case 'arithmetic':
      // 128 bits hold whatever two of 64 make
      return `TRY_CAST((CAST(${of(node.left)} AS HUGEINT) ${ARITHMETIC[node.operator]} CAST(${of(node.right)} AS HUGEINT)) AS BIGINT)`;
    case 'case': {
      const branches = node.branches.map(({ when, then }) => `WHEN ${of(when)} THEN ${of(then)}`);
      return `(CASE ${branches.join(' ')} ELSE ${of(node.otherwise)} END)`;
    }
    case 'call':
      return functionTable[node.name].sql(node.operands.map(of), node.operands, dialect);
    default:
      return impossible(`expression ${JSON.stringify(node satisfies never)}`);
  }
}

/** Whether any arithmetic in the expressions leaves 64 bits, as SQL that is true or false. null: none of it can. */
export function overflowSqlOf(nodes: readonly ExpressionNode[], dialect: SqlDialect): string | null {
  const flags = new Set(nodes.flatMap((node) => flagsOf(node, dialect)));
  return flags.size === 0 ? null : `(${[...flags].join(' OR ')})`;
}

function flagsOf(node: ExpressionNode, dialect: SqlDialect): readonly string[] {
  const below = operandsOf(node).flatMap((operand) => flagsOf(operand, dialect));
  if (node.kind !== 'arithmetic' || node.operator === 'remainder') return below;
  const given = [node.left, node.right].map((operand) => `${sqlOf(operand, dialect)} IS NOT NULL`);
  if (node.operator === 'divide') given.push(`${sqlOf(node.right, dialect)} <> 0`);
  return [...below, `(${given.join(' AND ')} AND ${sqlOf(node, dialect)} IS NULL)`];
}

type Literal = Extract<ExpressionNode, { readonly kind: 'literal' }>;

/** A double goes as text: written as a number it would be read as a decimal first, and be rounded twice. Digits of an int do too. */
const literalOf = ({ value, type }: Literal, dialect: SqlDialect): string =>
  value === null
    ? 'NULL'
    : typeof value === 'string' || type === 'double'
      ? dialect.quoteText(String(value))
      : String(value);
