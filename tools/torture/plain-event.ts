import {
  currentEvent,
  type EventType,
  type Offset,
  type Partition,
  type PlainEvent,
  type RecordDecoder,
} from '@twofold/core';

/**
 * The record that was decoded last, as the reference brings it up to the newest version of its type, so that the compiled upcasts
 * are judged too. null: it is no event of the catalog.
 */
export function plainEvent(
  { event, timeMs, values }: RecordDecoder,
  events: readonly EventType[],
  place: Partition & { readonly offset: Offset },
): PlainEvent | null {
  if (event === null) return null;
  const versions = events.filter(({ type }) => type === event.type);
  return currentEvent(versions, event.version, values, { timeMs, ...place });
}
