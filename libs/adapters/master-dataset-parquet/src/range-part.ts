import { dataSchemaOf, impossible, type ArchivedEvent, type EventType } from '@twofold/core';

/** A record of a range, and which of them it is. */
export type PlacedEvent = ArchivedEvent & { readonly place: number };

/** What becomes one file: the events of one version of a type of a range, or (null) its records that are no event of a known type. */
export type RangePart = { readonly version: EventType | null; readonly events: readonly PlacedEvent[] };

/** Splits a range by version of event type. Each part keeps the order of the range; no part is empty. */
export function splitByVersion(events: readonly ArchivedEvent[], versions: readonly EventType[]): readonly RangePart[] {
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
  return [...Map.groupBy(placed, versionOf)].map(([version, ofVersion]) => ({ version, events: ofVersion }));
}
