import {
  HELD_LIMITS,
  NOTHING_ASIDE,
  naiveProjection,
  naiveVerdicts,
  naiveView,
  offsetAt,
  partitionName,
  rowKeyOf,
  sumAside,
  type EventOfSubject,
  type NaiveVerdict,
  type Offset,
  type OffsetVector,
  type Partition,
  type Scalar,
  type SetAside,
  type StreamDefinition,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { PlainSale } from './sales.js';
import { hold, type ViolationKind } from './violation.js';

/** Rows as one text, the same for the same rows in whichever order. */
export const textOfRows = (rows: readonly ViewRow[]): string =>
  rows
    .map((row) => `${rowKeyOf(row)} ${JSON.stringify(row.parts)}`)
    .sort()
    .join('\n');

const foldOf = (plan: ViewPlan, events: readonly EventOfSubject[]): readonly ViewRow[] =>
  plan.projection === null ? naiveView(plan, events) : naiveProjection(plan, events);

export function holdAside(expected: SetAside, found: SetAside, kind: ViolationKind, told: () => string): void {
  const textOf = ({ deadLetters, duplicates, held }: SetAside): string =>
    `${deadLetters} dead, ${duplicates} again, ${held} held`;
  hold(textOf(found) === textOf(expected), kind, () => `${told()}: ${textOf(found)}, not ${textOf(expected)}`);
}

/** What was appended, and what each view must say of it: the naive fold of what naive verdicts let count. */
export class Reference {
  /** By partition: a record at its offset; null: nothing stands there. */
  private readonly appended = new Map<string, (PlainSale | null)[]>();
  private readonly judged = new Map<string, { readonly end: Offset; readonly verdicts: readonly NaiveVerdict[] }>();
  private readonly known = new Map<string, string>();

  constructor(
    readonly partitions: readonly Partition[],
    private readonly stream: StreamDefinition,
  ) {
    for (const partition of partitions) this.appended.set(partitionName(partition), []);
  }

  /** The next record of its partition. */
  append(partition: Partition, sale: PlainSale): void {
    this.of(partition).push(sale);
  }

  /** An offset where nothing stands. */
  leaveGap(partition: Partition): void {
    this.of(partition).push(null);
  }

  endOf(partition: Partition): Offset {
    return this.of(partition).length;
  }

  isWhole(offsets: OffsetVector): boolean {
    return this.partitions.every((partition) => offsetAt(offsets, partition) === this.endOf(partition));
  }

  rowsBelow(plan: ViewPlan, offsets: OffsetVector): string {
    return this.rowsOf(`${plan.id.name} ${JSON.stringify(offsets)}`, () =>
      foldOf(
        plan,
        this.partitions.flatMap((partition) => this.eventsWithin(partition, 0, offsetAt(offsets, partition))),
      ),
    );
  }

  /** Of a projection those that change there, as they are at the end. */
  rowsWithin(plan: ViewPlan, partition: Partition, from: Offset, to: Offset): string {
    return this.rowsOf(`${plan.id.name} ${partition.partition} ${from} ${to}`, () => {
      const within = this.eventsWithin(partition, from, to);
      if (plan.projection === null) return foldOf(plan, within);
      const changed = new Set<Scalar | undefined>(within.map(({ subject }) => subject));
      const rows = foldOf(plan, this.eventsWithin(partition, 0, to));
      return rows.filter(({ dimensions: [subject] }) => changed.has(subject));
    });
  }

  asideBelow(offsets: OffsetVector): SetAside {
    return sumAside(this.partitions.map((partition) => this.asideAt(partition, offsetAt(offsets, partition))));
  }

  /** By how much it changes there. */
  asideWithin(partition: Partition, from: Offset, to: Offset): SetAside {
    const [before, after] = [this.asideAt(partition, from), this.asideAt(partition, to)];
    return {
      deadLetters: after.deadLetters - before.deadLetters,
      duplicates: after.duplicates - before.duplicates,
      held: after.held - before.held,
    };
  }

  /** What the archive has of the records below an offset: where it counts from, its own offset, the verdict. */
  archivedBelow(partition: Partition, to: Offset): readonly string[] {
    return this.verdictsBelow(partition, to).flatMap(({ offset, verdict, applied }) => [
      `${offset} ${offset} ${verdict}`,
      ...applied.filter((released) => released !== offset).map((released) => `${offset} ${released} event`),
    ]);
  }

  private asideAt(partition: Partition, offset: Offset): SetAside {
    return this.verdictsBelow(partition, offset).at(-1)?.aside ?? NOTHING_ASIDE;
  }

  private eventsWithin(partition: Partition, from: Offset, to: Offset): readonly EventOfSubject[] {
    const records = this.of(partition);
    const applied = this.verdictsBelow(partition, to).flatMap((verdict) =>
      verdict.offset < from ? [] : verdict.applied,
    );
    return applied.flatMap((offset): readonly EventOfSubject[] => {
      const { event, record } = records[offset] ?? { event: null };
      return event === null ? [] : [{ ...event, subject: record.key ?? '' }];
    });
  }

  private verdictsBelow(partition: Partition, to: Offset): readonly NaiveVerdict[] {
    const records = this.of(partition);
    const name = partitionName(partition);
    let judged = this.judged.get(name);
    if (judged?.end !== records.length) {
      const plain = records.flatMap((sale) => sale?.record ?? []);
      judged = { end: records.length, verdicts: naiveVerdicts(plain, this.stream, HELD_LIMITS) };
      this.judged.set(name, judged);
    }
    return judged.verdicts.filter(({ offset }) => offset < to);
  }

  private rowsOf(name: string, rowsOf: () => readonly ViewRow[]): string {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const rows = textOfRows(rowsOf());
    this.known.set(name, rows);
    return rows;
  }

  private of(partition: Partition): (PlainSale | null)[] {
    const records = this.appended.get(partitionName(partition));
    if (records === undefined) throw new Error(`impossible: partition ${partitionName(partition)}`);
    return records;
  }
}
