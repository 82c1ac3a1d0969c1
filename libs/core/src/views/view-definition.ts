import type { DataTypeKind } from '../events/data-type.js';
import type { ExpressionNode } from './expression.js';

/** Tumbling windows by event time. `unit` is the width. */
export type Window = { readonly kind: 'tumbling'; readonly unit: 'hour' | 'day'; readonly timeZone: 'UTC' };

/** What a measure computes, as plain data. Built of parts by the algebra. */
export type Aggregate =
  | { readonly kind: 'count' }
  | { readonly kind: 'sum'; readonly of: ExpressionNode }
  | { readonly kind: 'min'; readonly of: ExpressionNode }
  | { readonly kind: 'max'; readonly of: ExpressionNode }
  | { readonly kind: 'average'; readonly of: ExpressionNode };

export type Dimension = { readonly name: string; readonly of: ExpressionNode };
export type Measure = { readonly name: string; readonly aggregate: Aggregate };

/** The event a view reads, with the fields it may use. */
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
  readonly from: EventReference;
  /** null: every event. */
  readonly where: ExpressionNode | null;
  readonly by: readonly Dimension[];
  readonly window: Window;
  readonly measures: readonly Measure[];
};

/** A view at one version. The version is the fingerprint of its meaning. */
export type ViewId = { readonly name: string; readonly version: string };

export type ColumnType = { readonly kind: DataTypeKind; readonly nullable: boolean };
