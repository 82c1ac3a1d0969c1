type LiteralNode = { readonly kind: string; readonly value?: unknown };

/** How the scalar `Integer` is read: as the text of its digits, for JavaScript's numbers would round long ones. */
export const integerScalar = {
  parseValue(value: unknown): string {
    if (typeof value === 'string') return value;
    if (Number.isSafeInteger(value)) return String(value);
    throw new Error(
      `an Integer is a whole number within ±(2^53 − 1), or a string of its digits; ${String(value)} is not`,
    );
  },
  parseLiteral({ kind, value }: LiteralNode): string {
    if (kind === 'IntValue' || kind === 'StringValue') return String(value);
    throw new Error('an Integer is a whole number, or a string of its digits');
  },
};
