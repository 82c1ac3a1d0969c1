import type { Scalar } from '../events/data-type.js';
import type { ExpressionFunction } from './expression-function.js';

export const listFunctions = {
  listLength: {
    javaScript: (list) => (list as readonly Scalar[]).length,
    sql: ([list]) => `len(${list})`,
  },
  listContains: {
    javaScript: (list, item) => (list as readonly Scalar[]).includes(item as Scalar),
    sql: ([list, item]) => `list_contains(${list}, ${item})`,
  },
} satisfies Readonly<Record<string, ExpressionFunction>>;
