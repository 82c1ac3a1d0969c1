import type { KafkaMessage } from 'kafkajs';
import { dataSchemaOf, headerOf } from '@twofold/core';
import type { ControlEvent, OutgoingEvent } from '@twofold/ports';

/** A control event as a CloudEvent in Kafka's binary mode. */
export const toRecord = (event: ControlEvent): OutgoingEvent => ({
  key: event.subject,
  headers: {
    [headerOf('specversion')]: '1.0',
    [headerOf('id')]: event.id,
    [headerOf('source')]: '/twofold/control',
    [headerOf('type')]: event.type,
    [headerOf('dataschema')]: dataSchemaOf(event),
    [headerOf('subject')]: event.subject,
    [headerOf('time')]: new Date(event.timeMs).toISOString(),
    'content-type': 'application/json',
  },
  value: JSON.stringify(event.data),
});

/** null: the record is no control event that this build can read. */
export function fromRecord({ key, value, headers }: KafkaMessage): ControlEvent | null {
  const header = (attribute: string): string => {
    const found = headers?.[headerOf(attribute)];
    return (Array.isArray(found) ? found.at(-1) : found)?.toString() ?? '';
  };
  const id = header('id');
  const type = header('type');
  const version = Number(header('dataschema').slice(header('dataschema').lastIndexOf(':') + 1));
  const timeMs = Date.parse(header('time'));
  const data = jsonObject(value?.toString() ?? '');
  const isReadable = id !== '' && type !== '' && Number.isSafeInteger(version) && version > 0 && !Number.isNaN(timeMs);
  if (!isReadable || data === null || key === null) return null;
  return { id, type, version, timeMs, subject: key.toString(), data };
}

function jsonObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
