import {
  encodeParts,
  presentValue,
  presentWindow,
  type PlannedMeasure,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { Audit, DriftSample } from '@twofold/ports';

/** What was found out by comparing. */
export type Comparison = Omit<Audit, 'view' | 'generation' | 'checkedAtMs'>;

/** Enough to see what drifted rows have in common, few enough to be read. */
const MAX_SAMPLES = 20;
/** Of the states of a measure in a sample, UTF-16 units: sets, registers and buckets take thousands. */
const MAX_STATE_LENGTH = 200;

export const notComparable = (reason: string): Comparison => ({ ...nothing, state: 'not-comparable', reason });

/** Counts the rows of two sides that should be the same, and in what they are not. */
export class DriftCount {
  private comparedRows = 0;
  private driftedRows = 0;
  private onlyRolledForward = 0;
  private onlyRecomputed = 0;
  private readonly driftByMeasure = new Map<string, number>();
  private readonly samples: DriftSample[] = [];

  constructor(private readonly plan: ViewPlan) {}

  /** One key; null where a side has no such row. */
  add(rolledForward: ViewRow | null, recomputed: ViewRow | null): void {
    const row = rolledForward ?? recomputed;
    if (row === null) return;
    this.comparedRows += 1;
    const differing = this.plan.measures.filter((measure) => differ(measure, rolledForward, recomputed));
    if (recomputed === null) this.onlyRolledForward += 1;
    else if (rolledForward === null) this.onlyRecomputed += 1;
    else if (differing.length === 0) return;
    else for (const { name } of differing) this.driftByMeasure.set(name, (this.driftByMeasure.get(name) ?? 0) + 1);
    this.driftedRows += 1;
    if (this.samples.length === MAX_SAMPLES) return;
    this.samples.push({
      key: keyOf(this.plan, row),
      rolledForward: statesOf(differing, rolledForward),
      recomputed: statesOf(differing, recomputed),
    });
  }

  result(): Comparison {
    const { comparedRows, driftedRows, onlyRolledForward, onlyRecomputed, samples } = this;
    return {
      state: driftedRows === 0 ? 'same' : 'drifted',
      reason: null,
      comparedRows,
      driftedRows,
      onlyRolledForward,
      onlyRecomputed,
      driftByMeasure: Object.fromEntries(this.driftByMeasure),
      samples,
    };
  }
}

const nothing = {
  comparedRows: 0,
  driftedRows: 0,
  onlyRolledForward: 0,
  onlyRecomputed: 0,
  driftByMeasure: {},
  samples: [],
};

/** Equal states are equal values, and equal text; a measure may show the same and yet not be. */
const differ = ({ parts }: PlannedMeasure, a: ViewRow | null, b: ViewRow | null): boolean =>
  a === null || b === null || parts.some((index) => a.parts[index] !== b.parts[index]);

const keyOf = ({ dimensions, definition }: ViewPlan, row: ViewRow): DriftSample['key'] => ({
  ...Object.fromEntries(dimensions.map(({ name, column }, at) => [name, presentValue(column, row.dimensions[at])])),
  window: presentWindow(definition.window, row.window),
});

const statesOf = (measures: readonly PlannedMeasure[], row: ViewRow | null): DriftSample['recomputed'] =>
  row === null
    ? null
    : Object.fromEntries(
        measures.map(({ name, parts }) => [name, cut(encodeParts(parts.map((index) => row.parts[index] ?? null)))]),
      );

const cut = (text: string): string =>
  text.length <= MAX_STATE_LENGTH ? text : `${text.slice(0, MAX_STATE_LENGTH).toWellFormed()}…`;
