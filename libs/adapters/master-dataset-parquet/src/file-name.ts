import { randomBytes } from 'node:crypto';
import type { Offset, Partition } from '@twofold/core';

/** Enough digits for every safe integer, so that names sort by offset. */
const OFFSET_DIGITS = 16;
/** A type's name is dotted, so this is nobody's. */
const NO_TYPE = 'other';
const EDITION_DIRECTORY = /^edition-(\d+)$/;
const ARCHIVE_FILE = /-(\d{16})-\d{16}-[^/]+-[0-9a-f]{16}\.parquet(\.writing)?$/;

/** A name that no other attempt at the same range has. Stream and type names are safe in a path by their definition. */
export function newFileName(
  { stream, partition }: Partition,
  from: Offset,
  to: Offset,
  version: { readonly type: string; readonly version: number } | null,
): string {
  const random = randomBytes(8).toString('hex');
  return `${stream}-${partition}-${digits(from)}-${digits(to)}-${version === null ? NO_TYPE : `${version.type}.${version.version}`}-${random}.parquet`;
}

/** What a file is called until it is complete and on disk. */
export const nameWhileWriting = (name: string): string => `${name}.writing`;

/** Where the range of an archive file, complete or not, begins; null: it is no archive file. */
export function rangeStartOf(name: string): Offset | null {
  const match = ARCHIVE_FILE.exec(name);
  return match === null ? null : Number(match[1]);
}

/** The first edition's files stand in the partition's directory itself. */
export const editionDirectory = (edition: number): string => (edition === 1 ? '.' : `edition-${edition}`);

/** Which edition something in a partition's directory belongs to; null: to none. */
export function editionOf(name: string): number | null {
  const match = EDITION_DIRECTORY.exec(name);
  if (match !== null) return Number(match[1]);
  return rangeStartOf(name) === null ? null : 1;
}

const digits = (offset: Offset): string => String(offset).padStart(OFFSET_DIGITS, '0');
