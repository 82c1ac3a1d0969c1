import {
  dataSchemaOf,
  impossible,
  offsetAt,
  partitionName,
  TwofoldError,
  type ArchivedEvent,
  type ArchivedRecord,
  type EventType,
  type Offset,
  type OffsetVector,
  type Partition,
  type SetAside,
} from '@twofold/core';
import type { ArchiveFile, ArchivedIdentity, MasterDataset, WaitingChanges } from '@twofold/ports';
import { InMemoryArchive, type InMemoryRange } from './in-memory-archive.js';
import { InMemoryDeadLetters } from './in-memory-dead-letters.js';

/** The meaning of the master dataset, in arrays. Its files are names only; `eventsBelow` has what stands in them. */
export class InMemoryMasterDataset implements MasterDataset {
  /** What waits is written to `deadLetters`; `archive` has the editions. */
  constructor(
    private readonly deadLetters = new InMemoryDeadLetters(),
    private readonly archive = new InMemoryArchive(),
  ) {}

  async archivedTo(partition: Partition): Promise<Offset> {
    return this.rangesOf(partition).at(-1)?.to ?? 0;
  }

  async append(
    partition: Partition,
    from: Offset,
    to: Offset,
    events: readonly ArchivedEvent[],
    types: readonly EventType[],
    waiting: WaitingChanges,
  ): Promise<boolean> {
    if (to <= from) impossible(`the range [${from}, ${to}) is empty`);
    await this.archive.switching;
    const ranges = this.rangesOf(partition);
    if ((ranges.at(-1)?.to ?? 0) !== from) return false;
    ranges.push({ partition, from, to, events, byVersion: byVersionOf(events, types) });
    this.deadLetters.record(partition, to, waiting);
    return true;
  }

  async filesBelow(cut: OffsetVector, eventType: string | null): Promise<readonly ArchiveFile[]> {
    return this.rangesBelow(cut).flatMap(({ partition, from, to, byVersion }) =>
      [...byVersion]
        .filter(([version]) => (version?.type ?? null) === eventType)
        .map(([version, events]) => {
          const rowCount = events.length;
          const sizeBytes = events.reduce((sum, { dataText }) => sum + 1 + Buffer.byteLength(dataText ?? ''), 0);
          const eventVersion = version?.version ?? null;
          const name = version === null ? 'other' : `${version.type}.${version.version}`;
          const oldestMs = Math.min(...events.map(({ timeMs }) => timeMs));
          const times =
            version === null ? null : { oldestMs, newestMs: Math.max(...events.map(({ timeMs }) => timeMs)) };
          const location = `/in-memory/${partitionName(partition)}/${from}-${to}/${name}`;
          return { partition, from, to, eventType, eventVersion, rowCount, sizeBytes, times, location };
        }),
    );
  }

  async *read(
    partition: Partition,
    { from, below }: { readonly from: Offset; readonly below: Offset },
    types: readonly string[],
    stop?: AbortSignal,
  ): AsyncGenerator<readonly ArchivedRecord[], void, undefined> {
    const isAsked = ({ verdict, type, appliedOffset }: ArchivedEvent): boolean =>
      verdict.kind === 'event' && types.includes(type) && appliedOffset >= from && appliedOffset < below;
    if (below > from && (await this.archivedTo(partition)) < below)
      impossible(`the events below ${below} of ${partitionName(partition)}, not archived`);
    for (const range of this.rangesOf(partition)) {
      const records = range.events.filter(isAsked);
      if (stop?.aborted) throw new TwofoldError('conflict', `reading ${partitionName(partition)} was stopped`);
      if (records.length > 0) yield records;
    }
  }

  async summaryBelow(cut: OffsetVector): Promise<SetAside & { readonly appliedAtMs: number | null }> {
    const records = this.rangesBelow(cut).flatMap((range) => recordsBelow(cut, range));
    const waiting = Object.entries(cut).flatMap(([stream, offsets]) =>
      offsets.flatMap((offset, partition) => this.deadLetters.waitingAt({ stream, partition }, offset)),
    );
    const deadLetters = waiting.filter(({ dead }) => dead !== null).length;
    return {
      deadLetters,
      duplicates: records.filter(({ verdict }) => verdict.kind === 'duplicate').length,
      held: waiting.length - deadLetters,
      appliedAtMs: records.reduce<number | null>(
        (newest, { appendedAtMs }) => Math.max(newest ?? appendedAtMs, appendedAtMs),
        null,
      ),
    };
  }

  /** The archived events of a type (null: records that are no event of a known type) below a cut, partition by partition. */
  eventsBelow(cut: OffsetVector, eventType: string | null): readonly (ArchivedEvent & Partition)[] {
    return this.rangesBelow(cut).flatMap((range) =>
      recordsBelow(cut, range, (version) => (version?.type ?? null) === eventType).map((event) => ({
        ...event,
        ...range.partition,
      })),
    );
  }

  async identities(partition: Partition, from: Offset, below: Offset): Promise<readonly ArchivedIdentity[]> {
    return this.rangesOf(partition)
      .flatMap(({ byVersion }) => [...byVersion.values()].flat())
      .filter(({ offset, appliedOffset }) => offset >= from && offset < below && offset === appliedOffset)
      .filter(({ verdict, version }) => version > 0 && verdict.kind !== 'dead' && verdict.kind !== 'resolution')
      .map(({ offset, appendedAtMs, source, id }) => ({ offset, appendedAtMs, source, id }))
      .sort((a, b) => a.offset - b.offset);
  }

  async close(): Promise<void> {}

  private rangesOf(partition: Partition): InMemoryRange[] {
    return this.archive.rangesOf(this.archive.current, partition);
  }

  private rangesBelow(cut: OffsetVector): readonly InMemoryRange[] {
    return Object.entries(cut).flatMap(([stream, offsets]) =>
      offsets.flatMap((offset, partition) => this.rangesOf({ stream, partition }).filter(({ from }) => from < offset)),
    );
  }
}

/** @throws where an event is of a version that was not given */
function byVersionOf(
  events: readonly ArchivedEvent[],
  types: readonly EventType[],
): ReadonlyMap<EventType | null, readonly ArchivedEvent[]> {
  const known = new Map(types.map((version) => [dataSchemaOf(version), version]));
  const names = new Set(types.map(({ type }) => type));
  return Map.groupBy(events, (event) =>
    event.verdict.kind !== 'event' || !names.has(event.type)
      ? null
      : (known.get(dataSchemaOf(event)) ?? impossible(`offset ${event.offset} of a version that was not given`)),
  );
}

const recordsBelow = (
  cut: OffsetVector,
  { partition, byVersion }: InMemoryRange,
  isWanted: (version: EventType | null) => boolean = () => true,
): readonly ArchivedEvent[] =>
  [...byVersion]
    .flatMap(([version, events]) => (isWanted(version) ? events : []))
    .filter(({ appliedOffset }) => appliedOffset < offsetAt(cut, partition))
    .sort((a, b) => a.appliedOffset - b.appliedOffset);
