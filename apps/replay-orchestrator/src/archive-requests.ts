import { FIRST_LAYOUT, type ArchiveLayout, type MigrationCommand, type MigrationEventData } from '@twofold/core';
import { z } from 'zod';
import { DEFAULT_LIMIT } from './read-limit.js';
import { decision, limit, read, text } from './read-request.js';
import type { Who } from './replay-requests.js';

/** No fewer than an archiver's own ranges have, and no more than one computation sorts beside what else a builder does. */
const MIN_RANGE_RECORDS = 100_000;
const MAX_RANGE_RECORDS = 5_000_000;
const DEFAULT_RANGE_RECORDS = 1_000_000;
/** DuckDB writes groups of 2,048 rows at least; larger than a million, a reader of few offsets reads too much. */
const MIN_ROW_GROUP_ROWS = 2_048;
const MAX_ROW_GROUP_ROWS = 1_000_000;
/** More than any disk takes. */
const MAX_RECORDS_PER_SECOND = 1_000_000_000;
/** Longer than any id, characters. */
const MAX_ID_LENGTH = 200;

export type MigrationCommandKind = MigrationCommand['kind'];

const COMMANDS: readonly MigrationCommandKind[] = ['pause', 'resume', 'throttle', 'cancel', 'switch'];

export const isMigrationCommand = (kind: string): kind is MigrationCommandKind => COMMANDS.some((one) => one === kind);

const layout = z.strictObject({
  rangeRecords: z.int().min(MIN_RANGE_RECORDS).max(MAX_RANGE_RECORDS).default(DEFAULT_RANGE_RECORDS),
  compression: z.enum(['zstd', 'snappy']).default(FIRST_LAYOUT.compression),
  rowGroupRows: z.int().min(MIN_ROW_GROUP_ROWS).max(MAX_ROW_GROUP_ROWS).default(FIRST_LAYOUT.rowGroupRows),
  partitionedBy: z.enum(['offset', 'month']).default(FIRST_LAYOUT.partitionedBy),
  upcast: z.boolean().default(FIRST_LAYOUT.upcast),
});
const recordsPerSecond = z.int().min(1).max(MAX_RECORDS_PER_SECOND);
const plan = z.strictObject({ layout: layout.prefault({}) });
const request = z.strictObject({
  layout: layout.prefault({}),
  recordsPerSecond: recordsPerSecond.nullish(),
  switch: z.enum(['auto', 'by-hand']).default('by-hand'),
  ...decision,
});
const command = z.strictObject(decision);
const throttle = z.strictObject({ recordsPerSecond: recordsPerSecond.nullable(), ...decision });
const list = z.strictObject({ limit: limit.default(DEFAULT_LIMIT) });
const id = z.object({ id: text(MAX_ID_LENGTH).min(1) });

export const readMigrationPlan = (body: unknown): ArchiveLayout => read(plan, body).layout;

export function readMigrationRequest(body: unknown): {
  readonly asked: MigrationEventData['migration.requested'];
  readonly who: Who;
} {
  const { by, note, recordsPerSecond, ...asked } = read(request, body);
  return { asked: { ...asked, recordsPerSecond: recordsPerSecond ?? null }, who: { by, note: note ?? null } };
}

export function readMigrationCommand(
  kind: MigrationCommandKind,
  body: unknown,
): { readonly command: MigrationCommand; readonly who: Who } {
  if (kind === 'throttle') {
    const { recordsPerSecond, by, note } = read(throttle, body);
    return { command: { kind, recordsPerSecond }, who: { by, note: note ?? null } };
  }
  const { by, note } = read(command, body);
  return { command: { kind }, who: { by, note: note ?? null } };
}

export const readMigrationList = (query: unknown): { readonly limit: number } => read(list, query);

export const readMigrationId = (given: string): string => read(id, { id: given }).id;
