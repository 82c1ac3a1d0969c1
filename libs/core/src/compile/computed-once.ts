/** A column's name is shorter. */
const LONGEST_REPEATED = 80;

/**
 * SQL (of DuckDB) that names its operands more than once. Those that are long are computed once, and their text stands once:
 * so the text of nested calls grows with their number, not with its power.
 */
export function computedOnce(operands: readonly string[], sqlOf: (...names: readonly string[]) => string): string {
  if (operands.every((operand) => operand.length <= LONGEST_REPEATED)) return sqlOf(...operands);
  const fields = operands.map((operand, index) => `o${index} := ${operand}`);
  const names = operands.map((_, index) => `o.o${index}`);
  return `list_transform([struct_pack(${fields.join(', ')})], lambda o: ${sqlOf(...names)})[1]`;
}
