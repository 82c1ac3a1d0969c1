import type { DataTypeName, ScalarField } from '../events/data-type.js';
import type { ExpressionNode } from './expression.js';

/** From short to long. Weeks begin on Monday (ISO 8601). */
export const WINDOW_UNITS = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year', 'all'] as const;
export type WindowUnit = (typeof WINDOW_UNITS)[number];

/** Tumbling windows by event time, in the civil time of a zone (IANA name). `all`: one window of all time. */
export type Window = { readonly kind: 'tumbling'; readonly unit: WindowUnit; readonly timeZone: string };

/** What a measure computes, as plain data. Built of parts by the algebra. Nulls of `of` count nowhere. */
export type Aggregate =
  | { readonly kind: 'count' }
  | { readonly kind: 'countWhere'; readonly where: ExpressionNode }
  | { readonly kind: 'sum'; readonly of: ExpressionNode }
  | { readonly kind: 'min'; readonly of: ExpressionNode }
  | { readonly kind: 'max'; readonly of: ExpressionNode }
  | { readonly kind: 'average'; readonly of: ExpressionNode }
  /** Of the population (÷ n), as a double. */
  | { readonly kind: 'variance'; readonly of: ExpressionNode }
  | { readonly kind: 'standardDeviation'; readonly of: ExpressionNode }
  /** The value of the event that is first (last) by (event time, stream, partition, offset) among those that have one. */
  | { readonly kind: 'first'; readonly of: ExpressionNode }
  | { readonly kind: 'latest'; readonly of: ExpressionNode }
  /** How many different values, exactly; more than `atMost` is an error of the answer. */
  | { readonly kind: 'distinct'; readonly of: ExpressionNode; readonly atMost: number }
  /** How many different values, by HyperLogLog over md5. */
  | { readonly kind: 'approximateDistinct'; readonly of: ExpressionNode }
  /** The value below which a share `rank` (0 to 1) of the values is, by log-linear buckets. */
  | { readonly kind: 'quantile'; readonly of: ExpressionNode; readonly rank: number }
  /** How many values lie below the first boundary, from each to the next, and from the last on. Boundaries as literals have them, ascending. */
  | { readonly kind: 'histogram'; readonly of: ExpressionNode; readonly boundaries: readonly (number | string)[] };

export type Dimension = { readonly name: string; readonly of: ExpressionNode };
export type Measure = { readonly name: string; readonly aggregate: Aggregate };

/** An event that a view reads, at its newest version. */
export type EventReference = {
  readonly type: string;
  readonly version: number;
  readonly stream: string;
};

/** A view as plain data: what both compilers, both layers and every answer start from. */
export type ViewDefinition = {
  readonly kind: 'view';
  /** kebab-case, unique in the catalog. */
  readonly name: string;
  readonly description: string;
  /** At least one; each type once. */
  readonly from: readonly EventReference[];
  /** null: every event. */
  readonly where: ExpressionNode | null;
  readonly by: readonly Dimension[];
  readonly window: Window;
  readonly measures: readonly Measure[];
};

/** A projection as plain data: all but its functions, of which it has the text. */
export type ProjectionDefinition = {
  readonly kind: 'projection';
  /** kebab-case, unique among views and projections. */
  readonly name: string;
  readonly description: string;
  /** Raised where what it means changes and its text does not. */
  readonly version: number;
  /** At least one; each type once; all on one stream. */
  readonly from: readonly EventReference[];
  /** All time. */
  readonly window: Window;
  readonly measures: readonly { readonly name: string; readonly field: ScalarField }[];
  /** Of its functions, as the build has it. */
  readonly source: { readonly init: string; readonly evolve: string; readonly present: string };
};

/** A view at one version. The version is the fingerprint of its meaning. */
export type ViewId = { readonly name: string; readonly version: string };

/** `histogram`: how many values are in each bucket, a JSON array. */
export type ColumnType = { readonly type: DataTypeName | 'histogram'; readonly nullable: boolean };
