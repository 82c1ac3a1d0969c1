import { offsetAt, type Offset, type OffsetVector, type Partition, type ViewPlan } from '@twofold/core';
import type { Generation } from '@twofold/ports';
import { EVENT_TYPE, STREAM } from './sales.js';
import { holdAside, textOfRows, type Reference } from './reference.js';
import type { StoredRecord, Stores } from './stores.js';
import { hold } from './violation.js';

/** More cuts and rows than a run makes. */
const MANY = 10_000;
const EVERY_ROW = {
  having: [],
  order: { by: { kind: 'window' }, descending: false },
  limit: MANY,
  after: null,
} as const;

/**
 * What must hold of the stores at any moment, whatever goes on: the invariants of docs/spec/Cut.tla
 * (RecordExact, GenerationExact, BoundaryMonotone, BoundaryFixed, PointerGrows, OnlyOpenStraddles, NoHole), and of the archive.
 */
export class StoresCheck {
  /** By view: the boundaries of each partition as they were first seen; the pointer as it was last seen. */
  private readonly boundaries = new Map<string, readonly (readonly Offset[])[]>();
  private readonly pointers = new Map<string, number>();

  constructor(
    private readonly stores: Stores,
    private readonly reference: Reference,
    private readonly plans: readonly ViewPlan[],
  ) {}

  async check(): Promise<void> {
    for (const plan of this.plans) {
      const published = await this.checkPointer(plan);
      const boundaries = await this.checkBoundaries(plan);
      await this.checkGenerations(plan);
      for (const [index, partition] of this.reference.partitions.entries()) {
        const record = await this.stores.speedViews.peek({ view: plan.id, partition });
        if (record !== null) this.checkRecord(plan, partition, record, boundaries[index] ?? [], published);
      }
    }
    await this.checkArchive();
  }

  /** What may be looked at whenever a generation was published: the pointers only grow. */
  async checkPointers(): Promise<void> {
    for (const plan of this.plans) await this.checkPointer(plan);
  }

  private async checkPointer({ id }: ViewPlan): Promise<Generation> {
    const published = await this.stores.batchViews.published(id);
    if (published === null) throw new Error(`impossible: ${id.name} is not registered`);
    const before = this.pointers.get(id.name) ?? 0;
    hold(published.number >= before, 'pointer', () => `${id.name}: from ${before} back to ${published.number}`);
    this.pointers.set(id.name, published.number);
    return published;
  }

  private async checkBoundaries({ id }: ViewPlan): Promise<readonly (readonly Offset[])[]> {
    const before = this.boundaries.get(id.name) ?? [];
    const now = await Promise.all(
      this.reference.partitions.map(async (partition) =>
        (await this.stores.boundaries.ofPartition(id, partition, -1)).map(({ offset }) => offset),
      ),
    );
    now.forEach((offsets, partition) => {
      const told = (): string => `${id.name}, partition ${partition}: ${offsets.join(' ')}`;
      hold(offsets.join() === [...offsets].sort((a, b) => a - b).join(), 'boundary', () => `${told()} do not grow`);
      const first = before[partition] ?? [];
      const stand = first.every((offset, index) => offsets[index] === offset);
      hold(stand, 'boundary', () => `${told()} were ${first.join(' ')} once`);
    });
    this.boundaries.set(id.name, now);
    return now;
  }

  private async checkGenerations(plan: ViewPlan): Promise<void> {
    for (const { number, cut, ...aside } of await this.stores.batchViews.history(plan.id, MANY)) {
      const selection = { dimensions: plan.dimensions.map(() => null), fromWindow: null, toWindow: null };
      const rows = await this.stores.batchViews.read(plan, number, { ...EVERY_ROW, selection });
      if (rows === null) continue;
      const told = (): string => `${plan.id.name}, generation ${number} at ${JSON.stringify(cut)}`;
      const expected = this.reference.rowsBelow(plan, cut);
      hold(textOfRows(rows) === expected, 'generation', () => `${told()}:\n${textOfRows(rows)}\nnot\n${expected}`);
      holdAside(this.reference.asideBelow(cut), aside, 'generation', told);
    }
  }

  private checkRecord(
    plan: ViewPlan,
    partition: Partition,
    { applied, epochs }: NonNullable<StoredRecord>,
    boundaries: readonly Offset[],
    published: Generation,
  ): void {
    const told = (): string =>
      `${plan.id.name}, partition ${partition.partition}, applied ${applied}, epochs ${epochs
        .map(({ start, end }) => `[${start} ${end ?? ''})`)
        .join('')}, boundaries ${boundaries.join(' ')}, published ${JSON.stringify(published.cut)}`;
    hold(applied <= this.reference.endOf(partition), 'record', () => `${told()}: beyond the log's end`);
    epochs.forEach(({ start, end, rows, ...found }, index) => {
      const next = epochs[index + 1]?.start ?? null;
      hold(end === next, 'record', () => `${told()}: a gap, or no open epoch at the end`);
      const expected = this.reference.rowsWithin(plan, partition, start, end ?? applied);
      const text = textOfRows([...rows.values()]);
      hold(text === expected, 'record', () => `${told()}: epoch ${start} has\n${text}\nnot\n${expected}`);
      const aside = this.reference.asideWithin(partition, start, end ?? applied);
      holdAside(aside, found, 'record', () => `${told()}: epoch ${start}`);
      const straddled = end === null ? undefined : boundaries.find((offset) => start < offset && offset < end);
      hold(straddled === undefined, 'boundary', () => `${told()}: ${straddled} lies in a sealed epoch`);
    });
    const first = epochs[0]?.start ?? 0;
    hold(first <= offsetAt(published.cut, partition), 'pointer', () => `${told()}: begins above the published cut`);
  }

  /** Every record of the log below what is archived is in the archive, once, as what it is. */
  private async checkArchive(): Promise<void> {
    const { partitions } = this.reference;
    const ends = await Promise.all(partitions.map((partition) => this.stores.masterDataset.archivedTo(partition)));
    const cut: OffsetVector = { [STREAM]: ends };
    const archived = await Promise.all(
      [EVENT_TYPE, null].map((type) => this.stores.masterDataset.eventsBelow(cut, type)),
    );
    for (const [index, partition] of partitions.entries()) {
      const found = archived
        .flat()
        .filter((event) => event.partition === partition.partition)
        .map(({ offset, appliedOffset, verdict }) => `${appliedOffset} ${offset} ${verdict.kind}`)
        .sort();
      const expected = [...this.reference.archivedBelow(partition, ends[index] ?? 0)].sort();
      hold(
        found.join() === expected.join(),
        'archive',
        () => `partition ${index} has ${found.join()} not ${expected.join()}`,
      );
    }
  }
}
