import { impossible, type ArchivedEvent, type EventType } from '@twofold/core';

/** What becomes one file: the events of one type of a range, or (null) its records that are no event of a known type. */
export type RangePart = {
  readonly eventType: string | null;
  /** The catalog's versions of the type. */
  readonly versions: readonly EventType[];
  readonly events: readonly ArchivedEvent[];
};

/** Splits a range by event type. Each part keeps the order of the range; no part is empty. */
export function splitByType(events: readonly ArchivedEvent[], types: readonly EventType[]): readonly RangePart[] {
  const versions = Map.groupBy(types, ({ type }) => type);
  const partOf = (event: ArchivedEvent): string | null => {
    const known = event.verdict.kind === 'dead' ? undefined : versions.get(event.type);
    if (known === undefined) return null;
    if (known.some(({ version }) => version === event.version)) return event.type;
    return impossible(`offset ${event.offset} holds ${event.type} version ${event.version}, which is no version given`);
  };
  return [...Map.groupBy(events, partOf)].map(([eventType, ofType]) => ({
    eventType,
    versions: eventType === null ? [] : (versions.get(eventType) ?? []),
    events: ofType,
  }));
}
