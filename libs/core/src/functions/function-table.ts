import type { Scalar, Value } from '../events/data-type.js';
import { timeFunctions } from '../time/time-functions.js';
import type { FunctionName } from '../views/functions.js';
import { conversions } from './conversions.js';
import type { ExpressionFunction } from './expression-function.js';
import { listFunctions } from './list-functions.js';
import { textFunctions } from './text-functions.js';

export const functionTable: Readonly<Record<FunctionName, ExpressionFunction>> = {
  ...textFunctions,
  ...listFunctions,
  ...conversions,
  datePart: ofTimes('datePart'),
  truncate: ofTimes('truncate'),
  dateOf: ofTimes('dateOf'),
};

function ofTimes(name: keyof typeof timeFunctions): ExpressionFunction {
  const { javaScript, sql } = timeFunctions[name];
  return {
    javaScript: (...operands) => javaScript(...(operands as readonly Scalar[])),
    sql: (operands, nodes, dialect) =>
      sql(
        operands,
        nodes.map((node) => (node.kind === 'literal' ? node.value : undefined)),
        dialect,
      ),
  };
}

/** What the functions of calls are, for values none of which is null. */
export const functions = Object.fromEntries(
  Object.entries(functionTable).map(([name, { javaScript }]) => [name, javaScript]),
) as Readonly<Record<FunctionName, ExpressionFunction['javaScript']>>;

/** The value of a call: null where an operand is null. */
export function callFunction(name: FunctionName, ...operands: readonly Value[]): Value {
  for (const operand of operands) if (operand === null) return null;
  return functionTable[name].javaScript(...(operands as readonly NonNullable<Value>[]));
}
