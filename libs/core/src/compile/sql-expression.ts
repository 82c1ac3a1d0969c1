import { impossible } from '../errors/twofold-error.js';
import type { ArithmeticOperator, CompareOperator, ExpressionNode } from '../views/expression.js';
import type { SqlDialect } from './sql-dialect.js';

const COMPARE: Readonly<Record<CompareOperator, string>> = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' };
const ARITHMETIC: Readonly<Record<ArithmeticOperator, string>> = { add: '+', subtract: '-', multiply: '*' };

/** The archive's column of a field. */
export const columnOfField = (name: string): string => `d_${name}`;

/** An expression as SQL over the archive's columns. */
export function sqlOf(node: ExpressionNode, dialect: SqlDialect): string {
  const of = (operand: ExpressionNode): string => sqlOf(operand, dialect);
  switch (node.kind) {
    case 'field':
      return dialect.quoteIdentifier(columnOfField(node.name));
    case 'event-time':
      return dialect.quoteIdentifier('event_time');
    case 'literal':
      return `CAST(${literalOf(node, dialect)} AS ${dialect.typeOf(node.type)})`;
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
      return `(${of(node.left)} ${ARITHMETIC[node.operator]} ${of(node.right)})`;
    default:
      return impossible(`expression ${JSON.stringify(node satisfies never)}`);
  }
}

type Literal = Extract<ExpressionNode, { readonly kind: 'literal' }>;

/** A double goes as text: written as a number it would be read as a decimal first, and be rounded twice. */
const literalOf = ({ value, type }: Literal, dialect: SqlDialect): string =>
  typeof value === 'string' || type === 'double' ? dialect.quoteText(String(value)) : String(value);
