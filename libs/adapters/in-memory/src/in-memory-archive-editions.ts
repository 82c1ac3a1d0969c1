import {
  TwofoldError,
  impossible,
  partitionName,
  type ArchiveLayout,
  type ArchivedEvent,
  type EventType,
  type Offset,
  type Partition,
} from '@twofold/core';
import type { ArchiveEdition, ArchiveEditions, EditionDifference, EditionProgress, EditionStep } from '@twofold/ports';
import type { InMemoryArchive, InMemoryEdition, InMemoryRange } from './in-memory-archive.js';

/** The meaning of editions, in arrays: of a layout, how long ranges are. There are no files that it could shape. */
export class InMemoryArchiveEditions implements ArchiveEditions {
  constructor(private readonly archive: InMemoryArchive) {}

  async list(): Promise<readonly ArchiveEdition[]> {
    return [...this.archive.editions.values()].flatMap(({ number, layout, state, ranges }) => {
      if (state === 'removed') return [];
      const all = [...ranges.values()].flat();
      const files = all.reduce((sum, { byVersion }) => sum + byVersion.size, 0);
      const records = all.reduce((sum, { events }) => sum + events.length, 0);
      return [{ number, layout, state, ranges: all.length, files, records, bytes: records }];
    });
  }

  async begin(edition: number, layout: ArchiveLayout): Promise<void> {
    const standing = this.archive.editions.get(edition);
    if (standing?.state === 'building') return;
    const other = [...this.archive.editions.values()].some(({ state }) => state === 'building');
    if (standing !== undefined || other) throw notBuilding(edition);
    this.archive.add(edition, layout, 'building');
  }

  async progress(edition: number): Promise<readonly EditionProgress[]> {
    const made = this.archive.editions.get(edition);
    const partitions = [...this.archive.current.ranges.values()].flatMap(([first]) => first?.partition ?? []);
    return partitions.map((partition) => ({
      ...partition,
      rewrittenTo: made?.ranges.get(partitionName(partition))?.at(-1)?.to ?? 0,
      verifiedTo: made?.verifiedTo.get(partitionName(partition)) ?? 0,
      archivedTo: this.archive.rangesOf(this.archive.current, partition).at(-1)?.to ?? 0,
      busyMs: 0,
    }));
  }

  async rewrite(
    edition: number,
    partition: Partition,
    from: Offset,
    _types: readonly EventType[],
    stop: AbortSignal,
  ): Promise<EditionStep> {
    mustGoOn(stop);
    const made = this.building(edition);
    const ranges = this.archive.rangesOf(made, partition);
    const end = ranges.at(-1)?.to ?? 0;
    if (end !== from) return { to: end, records: 0 };
    const old = this.archive.rangesOf(this.archive.current, partition).filter(({ to }) => to > from);
    const last = old.at(-1) ?? impossible(`${partitionName(partition)} is archived to ${from}, and rewritten beyond`);
    const events = eventsFrom(old, from, last.to);
    const beyond = events[made.layout.rangeRecords]?.appliedOffset ?? last.to;
    const to =
      beyond > from ? beyond : (events.find(({ appliedOffset }) => appliedOffset > from)?.appliedOffset ?? last.to);
    const inRange = new Set(eventsFrom(old, from, to));
    const byVersion = new Map<EventType | null, readonly ArchivedEvent[]>();
    for (const [version, some] of old.flatMap((range) => [...range.byVersion])) {
      const kept = some.filter((event) => inRange.has(event));
      if (kept.length > 0) byVersion.set(version, [...(byVersion.get(version) ?? []), ...kept]);
    }
    ranges.push({ partition, from, to, events: [...inRange], byVersion });
    return { to, records: inRange.size };
  }

  async verify(
    edition: number,
    partition: Partition,
    from: Offset,
    _types: readonly EventType[],
    stop: AbortSignal,
  ): Promise<EditionStep | EditionDifference> {
    mustGoOn(stop);
    const made = this.building(edition);
    const range = this.archive.rangesOf(made, partition).find((some) => some.from === from);
    if (range === undefined) return impossible(`no range of edition ${edition} begins at ${from}`);
    const wanted = eventsFrom(this.archive.rangesOf(this.archive.current, partition), from, range.to);
    const { to, events } = range;
    const differs = wanted.findIndex((event, place) => event !== events[place]);
    if (wanted.length !== events.length) return { from, to, eventType: null, column: 'verdict' };
    if (differs >= 0) return { from, to, eventType: wanted[differs]?.type ?? null, column: 'offset' };
    const name = partitionName(partition);
    if ((made.verifiedTo.get(name) ?? 0) === from) made.verifiedTo.set(name, to);
    return { to, records: events.length };
  }

  async switchTo(edition: number, _keptUntilMs: number, last: (stop: AbortSignal) => Promise<void>): Promise<boolean> {
    const before = this.archive.current;
    if (before.number === edition) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.archive.switching = promise;
    try {
      await last(new AbortController().signal);
      const progress = await this.progress(edition);
      if (!progress.every((of) => of.archivedTo === of.rewrittenTo && of.archivedTo === of.verifiedTo)) return false;
      const made = this.archive.editions.get(edition);
      if (made?.state !== 'building') return false;
      [before.state, made.state] = ['retired', 'current'];
      return true;
    } finally {
      resolve();
    }
  }

  async drop(edition: number): Promise<void> {
    const standing = this.archive.editions.get(edition);
    if (standing?.state === 'current') throw new TwofoldError('conflict', `edition ${edition} is current`);
    this.archive.add(edition, standing?.layout ?? this.archive.current.layout, 'removed');
  }

  async close(): Promise<void> {}

  private building(edition: number): InMemoryEdition {
    const made = this.archive.editions.get(edition);
    if (made?.state !== 'building') throw notBuilding(edition);
    return made;
  }
}

/** What of these ranges applies in [from, to), in the order in which it counts. */
const eventsFrom = (ranges: readonly InMemoryRange[], from: Offset, to: Offset): readonly ArchivedEvent[] =>
  ranges.flatMap(({ events }) => events.filter(({ appliedOffset }) => appliedOffset >= from && appliedOffset < to));

function mustGoOn(stop: AbortSignal): void {
  if (stop.aborted) throw new TwofoldError('conflict', 'work on the archive was stopped');
}

const notBuilding = (edition: number): TwofoldError =>
  new TwofoldError('conflict', `edition ${edition} of the archive is not the one that is being built`);
