import type { Scalar } from '../events/data-type.js';

/** A tumbling window, named by its start: milliseconds since 1970-01-01T00:00Z; negative before. 0 for the one window of all time. */
export type WindowNumber = number;

/**
 * One row of a view: the parts of one (dimensions, window). The form in which engines, stores and the merge
 * exchange rows. `dimensions` and `parts` stand in the order of the view's plan.
 */
export type ViewRow = {
  readonly dimensions: readonly Scalar[];
  readonly window: WindowNumber;
  readonly parts: readonly Scalar[];
};

/** Which rows of a view are asked for. */
export type RowSelection = {
  /** Per dimension of the plan: the values wanted, or null for all. */
  readonly dimensions: readonly (readonly Scalar[] | null)[];
  /** First window wanted; null: from the first. */
  readonly fromWindow: WindowNumber | null;
  /** First window no longer wanted; null: to the last. */
  readonly toWindow: WindowNumber | null;
  /**
   * Every window of the view in that range, where they are few: a store may look each of them up instead of going through all.
   * Absent: the range is open or long.
   */
  readonly windows?: readonly WindowNumber[];
};

/** The text that names a row's dimensions: their values as a JSON array, an int beyond 2^53 − 1 as `["digits"]`. */
export function groupKeyOf(dimensions: readonly Scalar[]): string {
  let text = '[';
  for (let index = 0; index < dimensions.length; index++) {
    const value = dimensions[index];
    if (index > 0) text += ',';
    text += typeof value === 'bigint' ? `["${value}"]` : typeof value === 'number' ? value : JSON.stringify(value);
  }
  return `${text}]`;
}

/** The dimensions that {@link groupKeyOf} named. */
export const dimensionsOf = (groupKey: string): readonly Scalar[] =>
  (JSON.parse(groupKey) as unknown[]).map((value) =>
    Array.isArray(value) ? BigInt(value[0] as string) : (value as Scalar),
  );

/** Parts as compact text for a store, in the same notation as {@link groupKeyOf}. */
export const encodeParts = groupKeyOf;
export const decodeParts = dimensionsOf;
