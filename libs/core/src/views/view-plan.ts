import type { Part } from '../algebra/part.js';
import type { Value } from '../events/data-type.js';
import type { EventType } from '../events/event-type.js';
import type { Projection } from '../projections/projection.js';
import type { ColumnType, ProjectionDefinition, ViewDefinition, ViewId } from './view-definition.js';

/** How a measure's value is made of the states of its parts. */
export type Presentation =
  /** [part]: its state, of count, sum, min and max. */
  | { readonly kind: 'value' }
  /** [part]: the value of argmin or argmax. */
  | { readonly kind: 'value-at-place' }
  /** [sum, count]: of values that have this many digits after the point. */
  | { readonly kind: 'ratio'; readonly scale: number }
  /** [sum, sum of squares, count] */
  | { readonly kind: 'variance' | 'standard-deviation'; readonly scale: number }
  /** [set]: `atMost` is the part's, for the error beyond it. */
  | { readonly kind: 'size'; readonly atMost: number }
  /** [registers] */
  | { readonly kind: 'estimate' }
  /** [buckets] */
  | { readonly kind: 'quantile'; readonly rank: number }
  | { readonly kind: 'histogram'; readonly boundaries: readonly (number | string)[] }
  /** [reduced]: what the projection presents of its state, the measure at `index`. */
  | { readonly kind: 'presented'; readonly index: number; readonly valuesOf: (state: string) => readonly Value[] };

/** A measure as the plan sees it: which parts (by index) its presentation reads. */
export type PlannedMeasure = {
  readonly name: string;
  readonly present: Presentation;
  readonly parts: readonly number[];
  readonly column: ColumnType;
};

export type PlannedDimension = { readonly name: string; readonly column: ColumnType };

/** An event type that a view reads: all its versions, oldest first. The view sees the newest; the others are brought up to it. */
export type Source = { readonly event: EventType; readonly versions: readonly EventType[] };

/**
 * A view, or a projection, with everything derived that stores and engines need: its version, the shape of its rows (dimensions and
 * parts in order) and how measures are presented from parts. Equal parts of different measures are one part.
 */
export type ViewPlan = {
  readonly id: ViewId;
  readonly definition: ViewDefinition | ProjectionDefinition;
  /** What the definition of a projection is of: functions, so its plan is no plain data. null: it is of a view. */
  readonly projection: Projection | null;
  /** In the order of the definition. */
  readonly sources: readonly Source[];
  /** Of the sources, each once, in order of name. */
  readonly streams: readonly string[];
  readonly dimensions: readonly PlannedDimension[];
  readonly parts: readonly Part[];
  readonly measures: readonly PlannedMeasure[];
};
