import {
  identityOf,
  rowKeyOf,
  type Part,
  type RowSelection,
  type Scalar,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import { thingsView } from './things-view.js';

type Thing = Readonly<{
  name: string | null;
  size: number | bigint;
  isRed: boolean | null;
  window: number;
  things: number;
  totalSize: number | bigint;
  firstName: string | null;
  greatestWeight: number | null;
  /** The states of the parts of other measures. */
  measures: Readonly<Record<string, readonly Scalar[]>>;
}>;

/** The form of every things view: they differ in names only. */
const THINGS = thingsView();

/** A row of the things view. */
export function thing({ measures = {}, ...given }: Partial<Thing>): ViewRow {
  const { name = 'a thing', size = 1, isRed = null, window = 0 } = given;
  const { things = 1, totalSize = 1, firstName = null, greatestWeight = null } = given;
  const states = { things: [things], totalSize: [totalSize], firstName: [firstName], greatestWeight: [greatestWeight] };
  const parts = THINGS.parts.map((part: Part) => identityOf(part));
  for (const [measure, values] of Object.entries({ ...states, ...measures })) {
    const indexes = THINGS.measures.find((candidate) => candidate.name === measure)?.parts ?? [];
    for (const [at, index] of indexes.entries()) parts[index] = values[at] ?? null;
  }
  return { dimensions: [name, size, isRed, null, null, null], window, parts };
}

export const measureNamed = ({ measures }: ViewPlan, name: string) => ({
  kind: 'measure' as const,
  index: measures.findIndex((measure) => measure.name === name),
});

/** The only part of a measure. */
export const partOfMeasure = ({ measures }: ViewPlan, name: string): number =>
  measures.find((measure) => measure.name === name)?.parts[0] ?? -1;

export const streamOf = ({ streams }: ViewPlan): string => streams[0] ?? '';

export const byKey = (rows: readonly ViewRow[] | null): ReadonlyMap<string, ViewRow> =>
  new Map((rows ?? []).map((row) => [rowKeyOf(row), row]));

export const isSelected = ({ dimensions, window }: ViewRow, selection: RowSelection): boolean =>
  dimensions.every((value, index) => selection.dimensions[index]?.includes(value) ?? true) &&
  window >= (selection.fromWindow ?? -Infinity) &&
  window < (selection.toWindow ?? Infinity);
