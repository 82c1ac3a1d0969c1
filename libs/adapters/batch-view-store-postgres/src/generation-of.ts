import { NOTHING_ASIDE, startOf, type OffsetVector, type ViewId } from '@twofold/core';
import type { Generation } from '@twofold/ports';
import type { GenerationRecord, UnpublishedRecord } from './sql/metadata-statements.js';

/** The empty generation, at the start of the log or at the founding cut. */
export const emptyGeneration = (
  view: ViewId,
  { partitionCounts, founding }: Omit<UnpublishedRecord, 'number'>,
): Generation => ({
  view,
  number: 0,
  cut: founding ?? startOf(partitionCounts),
  rowCount: 0,
  ...NOTHING_ASIDE,
  appliedAtMs: null,
  publishedAtMs: null,
  madeBy: null,
});

/** Counts and times are safe integers: they were when they were written. */
export const generationOf = (record: GenerationRecord): Generation => ({
  view: { name: record.viewName, version: record.viewVersion },
  number: record.number,
  cut: record.cut as OffsetVector,
  rowCount: Number(record.rowCount),
  deadLetters: Number(record.deadLetters),
  duplicates: Number(record.duplicates),
  held: Number(record.held),
  appliedAtMs: record.appliedAtMs === null ? null : Number(record.appliedAtMs),
  publishedAtMs: record.publishedAt?.getTime() ?? null,
  madeBy: record.madeBy,
});
