import { leavesOf, type Leaf } from '../../events/leaves.js';
import {
  boolean,
  date,
  decimal,
  double,
  int,
  list,
  optional,
  string,
  timestamp,
  type Value,
} from '../../events/data-type.js';
import type { ExpressionNode } from '../expression.js';
import { referencesTo, type FieldReferences } from '../references.js';

const fields = {
  i: optional(int()),
  j: optional(int()),
  c: optional(decimal(2)),
  d: optional(decimal(2)),
  r: optional(decimal(3)),
  x: optional(double()),
  p: optional(boolean()),
  q: optional(boolean()),
  s: optional(string()),
  t: optional(string()),
  at: optional(timestamp()),
  day: optional(date()),
  tags: optional(list(string())),
  sizes: optional(list(int())),
} as const;

/** What the cases are about; every field may be null. */
export const CASE_LEAVES: readonly Leaf[] = leavesOf({ fields });
export const CASE_EVENT_TYPE = 'thing.seen';
/** 2001-02-03T04:05:06.789Z, a Saturday. */
export const CASE_TIME_MS = 981_173_106_789;

/** `expected` of an overflow is that word. Fields that `given` does not name are null. */
export type ExpressionCase = {
  readonly of: ExpressionNode;
  readonly given: Readonly<Record<string, Value>>;
  readonly expected: Value;
};
export const OVERFLOW = 'overflow';

export const { i, j, c, d, r, x, p, q, s, t, at, day, tags, sizes } = referencesTo(CASE_LEAVES) as FieldReferences<
  typeof fields
>;

type Row = readonly [...operands: Value[], expected: Value];
type Names = readonly (keyof typeof fields)[];

/** One expression, over rows of the values of some fields and what comes out. */
export const of = (expression: ExpressionNode, names: Names, ...rows: readonly Row[]): readonly ExpressionCase[] =>
  rows.map((row) => ({
    of: expression,
    given: Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])),
    expected: row.at(-1) ?? null,
  }));

export const LEAST = -(2n ** 63n);
export const GREATEST = 2n ** 63n - 1n;
export const SAFE = Number.MAX_SAFE_INTEGER;
