import {
  TwofoldError,
  decimalTextOf,
  presentMeasure,
  presentValue,
  presentWindow,
  scaleOf,
  type Difference,
  type DifferenceSample,
  type PlannedMeasure,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';

/** Enough to see what the rows that differ have in common, few enough to be read. */
const MAX_SAMPLES = 20;
/** Of a value in a sample, UTF-16 units: a list of counts, or a long text, is cut. */
const MAX_VALUE_LENGTH = 200;

/** A measure as both versions have it. */
type Common = { readonly name: string; readonly before: PlannedMeasure; readonly after: PlannedMeasure };
/** What is counted of it. `scale` null: it is no number that sums are exact of. */
type Count = { changedRows: number; before: bigint; after: bigint; readonly scale: readonly [number, number] | null };

/** Counts the rows of two versions of a view, of the same events, and in what they are not the same. */
export class VersionDifference {
  private readonly common: readonly Common[];
  private readonly counts: ReadonlyMap<string, Count>;
  private comparedRows = 0;
  private onlyBefore = 0;
  private onlyAfter = 0;
  private changedRows = 0;
  private readonly samples: DifferenceSample[] = [];

  constructor(
    private readonly before: ViewPlan,
    private readonly after: ViewPlan,
  ) {
    this.common = before.measures.flatMap((measure) => {
      const same = after.measures.find(({ name }) => name === measure.name);
      return same === undefined ? [] : [{ name: measure.name, before: measure, after: same }];
    });
    this.counts = new Map(this.common.map((measure) => [measure.name, newCount(measure)]));
  }

  /** One key; null where a version has no such row. */
  add(before: ViewRow | null, after: ViewRow | null): void {
    const row = before ?? after;
    if (row === null) return;
    this.comparedRows += 1;
    const shown = this.common.map((measure) => ({
      measure,
      before: before === null ? null : valueOf(measure.before, before),
      after: after === null ? null : valueOf(measure.after, after),
    }));
    for (const value of shown) this.sum(value);
    const differing = shown.filter((value) => JSON.stringify(value.before) !== JSON.stringify(value.after));
    if (after === null) this.onlyBefore += 1;
    else if (before === null) this.onlyAfter += 1;
    else if (differing.length === 0) return;
    else this.count(differing);
    if (this.samples.length === MAX_SAMPLES) return;
    const side = (which: 'before' | 'after'): DifferenceSample['before'] =>
      Object.fromEntries(differing.map((value) => [value.measure.name, cut(value[which])]));
    this.samples.push({
      key: keyOf(this.before, row),
      before: before === null ? null : side('before'),
      after: after === null ? null : side('after'),
    });
  }

  /** Rows of versions whose rows cannot be told to be the same: all of one have none in the other. */
  addAlone({ before, after }: { readonly before: number; readonly after: number }): void {
    this.comparedRows += before + after;
    this.onlyBefore += before;
    this.onlyAfter += after;
  }

  result(): Difference {
    const { comparedRows, onlyBefore, onlyAfter, changedRows, samples, counts } = this;
    const namesOf = (plan: ViewPlan): readonly string[] =>
      plan.measures.map(({ name }) => name).filter((name) => !counts.has(name));
    const measures = [...counts].map(([name, { changedRows: changed, before, after, scale }]) => [
      name,
      {
        changedRows: changed,
        before: scale === null ? null : decimalTextOf(before, scale[0]),
        after: scale === null ? null : decimalTextOf(after, scale[1]),
      },
    ]);
    return {
      ...{ comparedRows, onlyBefore, onlyAfter, changedRows },
      measures: Object.fromEntries(measures),
      measuresOnlyBefore: namesOf(this.before),
      measuresOnlyAfter: namesOf(this.after),
      samples,
    };
  }

  private count(differing: readonly { readonly measure: Common }[]): void {
    this.changedRows += 1;
    for (const { measure } of differing) {
      const count = this.counts.get(measure.name);
      if (count !== undefined) count.changedRows += 1;
    }
  }

  private sum({ measure, before, after }: { measure: Common; before: unknown; after: unknown }): void {
    const count = this.counts.get(measure.name);
    if (count === undefined || count.scale === null) return;
    count.before += unitsOf(before);
    count.after += unitsOf(after);
  }
}

function newCount({ before, after }: Common): Count {
  const scales = [scaleOfColumn(before), scaleOfColumn(after)] as const;
  const scale = scales[0] === null || scales[1] === null ? null : ([scales[0], scales[1]] as const);
  return { changedRows: 0, before: 0n, after: 0n, scale };
}

const scaleOfColumn = ({ column: { type } }: PlannedMeasure): number | null =>
  type === 'histogram' ? null : scaleOf(type);

/** The integer of the units of an int or a decimal as answers show it. What an answer would be refused for adds nothing. */
const unitsOf = (shown: unknown): bigint => (NUMBER.test(String(shown)) ? BigInt(String(shown).replace('.', '')) : 0n);

const NUMBER = /^-?[\d.]+$/;

/** As an answer shows it; where an answer would be refused, the code of that. */
function valueOf(measure: PlannedMeasure, row: ViewRow): unknown {
  try {
    return presentValue(measure.column, presentMeasure(measure, row.parts));
  } catch (error) {
    if (error instanceof TwofoldError) return error.code;
    throw error;
  }
}

const keyOf = ({ dimensions, definition }: ViewPlan, row: ViewRow): DifferenceSample['key'] => ({
  ...Object.fromEntries(dimensions.map(({ name, column }, at) => [name, presentValue(column, row.dimensions[at])])),
  window: presentWindow(definition.window, row.window),
});

function cut(value: unknown): unknown {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= MAX_VALUE_LENGTH ? value : `${text.slice(0, MAX_VALUE_LENGTH).toWellFormed()}…`;
}
