import { decimalTextOf } from '../answer/present-value.js';
import { computedOnce } from '../compile/computed-once.js';
import { scaleOf } from '../events/data-type.js';
import { parseInteger } from '../events/parse-decimal.js';
import type { ExpressionFunction } from './expression-function.js';

export const conversions = {
  /** The decimal digits of an int; all digits of its scale of a decimal, whose scale the compiler hands over; true or false. */
  toText: {
    javaScript: (value, scale = 0) =>
      typeof value === 'number' || typeof value === 'bigint' ? decimalTextOf(value, Number(scale)) : String(value),
    sql([value = ''], [node]) {
      const scale = node === undefined ? null : scaleOf(node.type);
      if (scale === null || scale === 0) return `CAST(${value} AS VARCHAR)`;
      const one = `CAST(${10n ** BigInt(scale)} AS HUGEINT)`;
      return computedOnce([value], (of) => {
        const units = `abs(CAST(${of} AS HUGEINT))`;
        const fraction = `lpad(CAST(${units} % ${one} AS VARCHAR), ${scale}, '0')`;
        return `(CASE WHEN ${of} < 0 THEN '-' ELSE '' END || CAST(${units} // ${one} AS VARCHAR) || '.' || ${fraction})`;
      });
    },
  },
  /** The value of an optional minus and 1 to 19 ASCII digits; null of any other text, and beyond 64 bits. */
  parseInteger: {
    javaScript: (text) => parseInteger(String(text)),
    sql: (operands) =>
      computedOnce(
        operands,
        (text) => `CASE WHEN regexp_full_match(${text}, '-?[0-9]{1,19}') THEN TRY_CAST(${text} AS BIGINT) END`,
      ),
  },
} satisfies Readonly<Record<string, ExpressionFunction>>;
