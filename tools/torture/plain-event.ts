import {
  currentEvent,
  type EventType,
  type LogRecord,
  type Partition,
  type PlainEvent,
  type RecordDecoder,
} from '@twofold/core';

/**
 * A record as the reference brings it up to the newest version of its type, so that the compiled upcasts are judged too. null: it
 * is no event of the catalog.
 */
export function plainEvent(
  decoder: RecordDecoder,
  events: readonly EventType[],
  partition: Partition,
  record: LogRecord,
): PlainEvent | null {
  if (decoder.decode(record) !== 'event') return null;
  const { event, timeMs, values } = decoder;
  if (event === null) return null;
  const versions = events.filter(({ type }) => type === event.type);
  return currentEvent(versions, event.version, values, { timeMs, ...partition, offset: record.offset });
}
