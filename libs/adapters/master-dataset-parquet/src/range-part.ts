import { dataSchemaOf, impossible, type ArchiveLayout, type ArchivedEvent, type EventType } from '@twofold/core';
import { filesByMonth, monthOf } from './month.js';

/** A record of a range, and which of them it is. */
export type PlacedEvent = ArchivedEvent & { readonly place: number };

/** What becomes one file: events of one version of a type of a range, or (null) its records that are no event of a known type. */
export type RangePart = { readonly version: EventType | null; readonly events: readonly PlacedEvent[] };

/** Splits a range by version of event type, and as its layout says. Each part keeps the order of the range; no part is empty. */
export function splitRange(
  events: readonly ArchivedEvent[],
  versions: readonly EventType[],
  { partitionedBy }: Pick<ArchiveLayout, 'partitionedBy'>,
): readonly RangePart[] {
  const known = new Map(versions.map((version) => [dataSchemaOf(version), version]));
  const types = new Set(versions.map(({ type }) => type));
  const versionOf = (event: ArchivedEvent): EventType | null => {
    if (event.verdict.kind !== 'event' || !types.has(event.type)) return null;
    return (
      known.get(dataSchemaOf(event)) ??
      impossible(`offset ${event.offset} holds ${event.type} version ${event.version}, which is no version given`)
    );
  };
  const placed = events.map((event, place): PlacedEvent => ({ ...event, place }));
  return [...Map.groupBy(placed, versionOf)].flatMap(([version, ofVersion]) => {
    const isDivided = version !== null && partitionedBy === 'month';
    return (isDivided ? splitByMonth(ofVersion) : [ofVersion]).map((some) => ({ version, events: some }));
  });
}

function splitByMonth(events: readonly PlacedEvent[]): readonly (readonly PlacedEvent[])[] {
  const rows = new Map<number, number>();
  for (const { timeMs } of events) rows.set(monthOf(timeMs), (rows.get(monthOf(timeMs)) ?? 0) + 1);
  const files = filesByMonth(rows);
  const fileOf = new Map(files.flatMap((months, file) => months.map((month) => [month, file] as const)));
  const byFile = Map.groupBy(events, ({ timeMs }) => fileOf.get(monthOf(timeMs)));
  return files.map((_, file) => byFile.get(file) ?? impossible(`a file of no month`));
}
