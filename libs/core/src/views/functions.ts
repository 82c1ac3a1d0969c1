/** Functions of an expression (kind `call`). Null where an operand is null; none of them fails. */
export const FUNCTION_NAMES = [
  // text, in code points
  'lower',
  'upper',
  'concat',
  'substring',
  'startsWith',
  'contains',
  'position',
  'length',
  // lists
  'listLength',
  'listContains',
  // times in a zone: the zone, the unit and the part are literals
  'datePart',
  'truncate',
  'dateOf',
  // between types
  'toText',
  'parseInteger',
] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];
