import {
  naiveView,
  offsetAt,
  partitionName,
  rowKeyOf,
  sumAside,
  type Offset,
  type OffsetVector,
  type Partition,
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

export function holdAside(expected: SetAside, found: SetAside, kind: ViolationKind, told: () => string): void {
  const textOf = ({ deadLetters, duplicates, held }: SetAside): string =>
    `${deadLetters} dead, ${duplicates} again, ${held} held`;
  hold(textOf(found) === textOf(expected), kind, () => `${told()}: ${textOf(found)}, not ${textOf(expected)}`);
}

type Kind = 'event' | 'duplicate' | 'dead' | 'gap';
type Judged = PlainSale & { readonly atMs: number; readonly kind: Kind };

/** What was appended, and what each view must say of it: the naive fold. */
export class Reference {
  private readonly appended = new Map<string, Judged[]>();
  private readonly known = new Map<string, string>();

  constructor(
    readonly partitions: readonly Partition[],
    private readonly stream: StreamDefinition,
  ) {
    for (const partition of partitions) this.appended.set(partitionName(partition), []);
  }

  /** The next record of its partition. */
  append(partition: Partition, { id, event }: PlainSale, atMs: number): void {
    const records = this.of(partition);
    const kind = event === null ? 'dead' : this.isDuplicate(records, id, atMs) ? 'duplicate' : 'event';
    records.push({ id, event, atMs, kind });
  }

  /** An offset where nothing stands. */
  leaveGap(partition: Partition): void {
    this.of(partition).push({ id: '', event: null, atMs: 0, kind: 'gap' });
  }

  endOf(partition: Partition): Offset {
    return this.of(partition).length;
  }

  isWhole(offsets: OffsetVector): boolean {
    return this.partitions.every((partition) => offsetAt(offsets, partition) === this.endOf(partition));
  }

  rowsBelow(plan: ViewPlan, offsets: OffsetVector): string {
    return this.rowsOf(`${plan.id.name} ${JSON.stringify(offsets)}`, plan, () =>
      this.partitions.flatMap((partition) => this.of(partition).slice(0, offsetAt(offsets, partition))),
    );
  }

  rowsWithin(plan: ViewPlan, partition: Partition, from: Offset, to: Offset): string {
    return this.rowsOf(`${plan.id.name} ${partition.partition} ${from} ${to}`, plan, () =>
      this.of(partition).slice(from, to),
    );
  }

  asideBelow(offsets: OffsetVector): SetAside {
    return sumAside(this.partitions.map((partition) => this.asideWithin(partition, 0, offsetAt(offsets, partition))));
  }

  asideWithin(partition: Partition, from: Offset, to: Offset): SetAside {
    const kinds = this.kindsBelow(partition, to).slice(from);
    const numberOf = (wanted: Kind): number => kinds.filter((kind) => kind === wanted).length;
    return { deadLetters: numberOf('dead'), duplicates: numberOf('duplicate'), held: 0 };
  }

  /** Of each offset, what stands there. */
  kindsBelow(partition: Partition, to: Offset): readonly Kind[] {
    return this.of(partition)
      .slice(0, to)
      .map(({ kind }) => kind);
  }

  /** The definition (core, duplicates.ts), in the plainest way. */
  private isDuplicate(before: readonly Judged[], id: string, atMs: number): boolean {
    const { withinMs, withinRecords } = this.stream.duplicates;
    const sought = before.slice(Math.max(0, before.length - withinRecords));
    const last = sought.findLast((record) => record.id === id && record.event !== null);
    return last !== undefined && atMs - last.atMs <= withinMs;
  }

  private rowsOf(name: string, plan: ViewPlan, records: () => readonly Judged[]): string {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const events = records().flatMap(({ event, kind }) => (event !== null && kind === 'event' ? [event] : []));
    const rows = textOfRows(naiveView(plan, events));
    this.known.set(name, rows);
    return rows;
  }

  private of(partition: Partition): Judged[] {
    const records = this.appended.get(partitionName(partition));
    if (records === undefined) throw new Error(`impossible: partition ${partitionName(partition)}`);
    return records;
  }
}
