import type { Partition, RawHeader, RawRecord } from '@twofold/core';
import type { OpenedRecord, WaitingChanges } from '@twofold/ports';
import type { Metadata } from './open-metadata.js';

/** Of a reason at most, characters: it is for people, and may quote what it is about. */
const MAX_REASON_LENGTH = 1_000;

/** The statements that write down what a range of offsets changes of what waits: for the transaction that makes the range live. */
export function waitingStatements(
  { prisma }: { readonly prisma: Pick<Metadata['prisma'], '$executeRaw'> },
  { stream, partition }: Partition,
  { opened, closed }: WaitingChanges,
) {
  // One parameter for all rows: thousands may die at once, and a parameter for each of their values takes minutes.
  const created = prisma.$executeRaw`
    INSERT INTO waiting_record (stream, partition, at_offset, place, queue_key, dead_code, dead_reason, event_type,
      appended_at_ms, raw_key, raw_value, raw_headers, told_at)
    SELECT ${stream}, ${partition}::integer, at_offset, place, decode(queue_key, 'base64'), dead_code, dead_reason, event_type,
      appended_at_ms, decode(raw_key, 'base64'), decode(raw_value, 'base64'), raw_headers,
      CASE WHEN dead_code IS NULL THEN now() END
    FROM json_to_recordset(${JSON.stringify(opened.map(rowOf))}::json) AS opened (at_offset bigint, place bigint,
      queue_key text, dead_code text, dead_reason text, event_type text, appended_at_ms bigint, raw_key text,
      raw_value text, raw_headers jsonb)`;
  const offsets = closed.map(({ offset }) => BigInt(offset));
  const closedAt = closed.map(({ at }) => BigInt(at));
  const closedBy = closed.map(({ by }) => by as string);
  const updated = prisma.$executeRaw`
    UPDATE waiting_record AS w SET closed_at = c.closed_at, closed_by = c.closed_by
    FROM unnest(${offsets}::bigint[], ${closedAt}::bigint[], ${closedBy}::text[]) AS c (at_offset, closed_at, closed_by)
    WHERE w.stream = ${stream} AND w.partition = ${partition} AND w.at_offset = c.at_offset`;
  return [...(opened.length === 0 ? [] : [created]), ...(closed.length === 0 ? [] : [updated])];
}

/** By the names of columns; bytes as Base64. */
const rowOf = ({ offset, place, key, dead, eventType, record }: OpenedRecord) => ({
  at_offset: offset,
  place,
  queue_key: key === null ? null : base64(Buffer.from(key)),
  dead_code: dead?.code ?? null,
  dead_reason: dead === null ? null : textOf(dead.reason.slice(0, MAX_REASON_LENGTH)),
  event_type: textOf(eventType),
  appended_at_ms: record.appendedAtMs,
  raw_key: base64(record.key),
  raw_value: base64(record.value),
  raw_headers: record.headers.map(([name, value]) => [base64(Buffer.from(name)), base64(value)]),
});

/** The record as {@link waitingStatements} wrote it. */
export const rawRecordOf = (row: {
  readonly offset: bigint;
  readonly appendedAtMs: bigint;
  readonly rawKey: Uint8Array | null;
  readonly rawValue: Uint8Array | null;
  readonly rawHeaders: unknown;
}): RawRecord => ({
  offset: Number(row.offset),
  appendedAtMs: Number(row.appendedAtMs),
  key: row.rawKey === null ? null : Buffer.from(row.rawKey),
  value: row.rawValue === null ? null : Buffer.from(row.rawValue),
  headers: (row.rawHeaders as readonly (readonly [string, string | null])[]).map(([name, value]): RawHeader => [
    Buffer.from(name, 'base64').toString(),
    value === null ? null : Buffer.from(value, 'base64'),
  ]),
});

const base64 = (bytes: Buffer | null): string | null => bytes?.toString('base64') ?? null;

/** Postgres' texts have no zero and no half of a pair in them. */
const textOf = (text: string): string => text.replaceAll('\0', '\u{fffd}').toWellFormed();
