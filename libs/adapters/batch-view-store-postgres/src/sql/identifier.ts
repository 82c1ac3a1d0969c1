import type { ViewId } from '@twofold/core';

/**
 * Of a view's name, as much as fits: Postgres cuts identifiers off at 63 bytes, silently, and names of tables and
 * indexes that are cut off meet. The version names the view anyway.
 */
const MAX_SLUG_LENGTH = 16;

export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A table of this installation, wherever the connection's search path points. */
export const tableReference = (table: string): string => `"public".${quoteIdentifier(table)}`;

/**
 * The name of a generation's table: `gen_<view>_<version>_<number>_<attempt>`, at most 57 bytes for a version of 16
 * and an attempt of 8 characters, which leaves room for the names of its indexes. `attempt` is new for each load, so that two loads never meet.
 */
export function generationTableName(view: ViewId, number: number, attempt: string): string {
  return `gen_${slugOf(view)}_${view.version}_${number}_${attempt}`;
}

/** The name of the table of a build under way: `build_<view>_<version>_<attempt>`. `attempt` is new for each stage. */
export const stageTableName = (view: ViewId, attempt: string): string =>
  `build_${slugOf(view)}_${view.version}_${attempt}`;

const slugOf = ({ name }: ViewId): string => name.replaceAll('-', '_').slice(0, MAX_SLUG_LENGTH);

export const keyIndexName = (table: string): string => `${table}_key`;

export const windowIndexName = (table: string): string => `${table}_win`;
