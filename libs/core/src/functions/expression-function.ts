import type { SqlDialect } from '../compile/sql-dialect.js';
import type { Value } from '../events/data-type.js';
import type { ExpressionNode } from '../views/expression.js';

/** One function of expressions: the same meaning in JavaScript (naive and fold) and in SQL, pinned by the table of cases. */
export type ExpressionFunction = {
  /** Of values none of which is null. */
  javaScript(...operands: readonly NonNullable<Value>[]): Value;
  /** Null where an operand is. `operands` are SQL, `nodes` what they are of. */
  sql(operands: readonly string[], nodes: readonly ExpressionNode[], dialect: SqlDialect): string;
};
