import type { Part } from '../algebra/part.js';
import type { EventType } from '../events/event-type.js';
import type { ColumnType, ViewDefinition, ViewId } from './view-definition.js';

/** A measure as the plan sees it: which parts (by index) its presentation reads. */
export type PlannedMeasure = {
  readonly name: string;
  readonly present: 'value' | 'ratio';
  /** value: [part]; ratio: [numerator, denominator]. */
  readonly parts: readonly number[];
  readonly column: ColumnType;
};

export type PlannedDimension = { readonly name: string; readonly column: ColumnType };

/**
 * A view with everything derived that stores and engines need: its version, the shape of its rows (dimensions and
 * parts in order) and how measures are presented from parts. Equal parts of different measures are one part.
 */
export type ViewPlan = {
  readonly id: ViewId;
  readonly definition: ViewDefinition;
  /** The event type that it reads. */
  readonly event: EventType;
  readonly dimensions: readonly PlannedDimension[];
  readonly parts: readonly Part[];
  readonly measures: readonly PlannedMeasure[];
};
