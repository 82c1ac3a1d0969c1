import type { OffsetVector, ViewId } from '@twofold/core';
import type { BuildSummary } from '@twofold/ports';
import type { Statement } from './parameters.js';
import { FOLDED } from './version-statements.js';

/** A generation as Postgres has it. Its 64-bit numbers come as text from pg and as bigint from Prisma. */
export type GenerationRecord = {
  readonly viewName: string;
  readonly viewVersion: string;
  readonly number: number;
  readonly cut: unknown;
  readonly rowCount: string | bigint;
  readonly deadLetters: string | bigint;
  readonly duplicates: string | bigint;
  readonly held: string | bigint;
  readonly appliedAtMs: string | bigint | null;
  readonly madeBy: string;
  readonly publishedAt: Date | null;
};

/** What the pointer says of a version that has no published generation. */
export type UnpublishedRecord = {
  readonly number: null;
  readonly partitionCounts: Readonly<Record<string, number>>;
  readonly founding: OffsetVector | null;
};

/** The pointer of a view version that is folded: a {@link GenerationRecord}, or an {@link UnpublishedRecord}. */
export const selectPublished = ({ name, version }: ViewId): Statement & { readonly name: string } => ({
  // On the way of every answer: parsed and planned once per connection.
  name: 'published',
  text: `SELECT v.partition_counts AS "partitionCounts", v.founding, g.view_name AS "viewName", g.view_version AS "viewVersion",
      g.number, g.cut, g.row_count AS "rowCount", g.dead_letters AS "deadLetters", g.duplicates, g.held,
      g.applied_at_ms AS "appliedAtMs", g.made_by AS "madeBy", g.published_at AS "publishedAt"
    FROM public.view_version v
    LEFT JOIN public.generation g
      ON g.view_name = v.name AND g.view_version = v.version AND g.number = v.published_generation
    WHERE v.name = $1 AND v.version = $2 AND ${FOLDED}`,
  values: [name, version],
});

/** Registers a generation, unless its number is taken. In the transaction that loads its table, so in one with that. */
export const insertGeneration = (
  { name, version }: ViewId,
  number: number,
  cut: OffsetVector,
  table: string,
  rowCount: number,
  { deadLetters, duplicates, held, appliedAtMs, madeBy }: BuildSummary,
): Statement => ({
  text: `INSERT INTO public.generation
      (view_name, view_version, number, cut, table_name, row_count, dead_letters, duplicates, held, applied_at_ms, made_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (view_name, view_version, number) DO NOTHING`,
  values: [
    ...[name, version, number, JSON.stringify(cut), table, rowCount],
    ...[deadLetters, duplicates, held, appliedAtMs, madeBy],
  ],
});

/** Compare-and-set of the pointer, with the times of the generations that it leaves and comes to. One row if it moved. */
export const movePointer = ({ name, version }: ViewId, number: number): Statement => ({
  text: `WITH moved AS (
      UPDATE public.view_version SET published_generation = $3::integer
      WHERE name = $1 AND version = $2 AND ${FOLDED} AND coalesce(published_generation, 0) = $3::integer - 1
        AND EXISTS (SELECT FROM public.generation WHERE view_name = $1 AND view_version = $2 AND number = $3::integer)
      RETURNING name
    ), timed AS (
      UPDATE public.generation SET
        published_at = CASE WHEN number = $3::integer THEN clock_timestamp() ELSE published_at END,
        superseded_at = CASE WHEN number = $3::integer THEN superseded_at ELSE clock_timestamp() END
      FROM moved
      WHERE view_name = $1 AND view_version = $2 AND number IN ($3::integer, $3::integer - 1)
    )
    SELECT name FROM moved`,
  values: [name, version, number],
});

/** Takes the generations that nobody needs any more out of the reach of readers; their tables are the caller's to drop. */
export const markDropped = ({ name, version }: ViewId, graceMs: number, keep: readonly number[]): Statement => ({
  text: `UPDATE public.generation g SET dropped_at = clock_timestamp()
    FROM public.view_version v
    WHERE v.name = $1 AND v.version = $2 AND g.view_name = v.name AND g.view_version = v.version
      AND g.number < v.published_generation - 1 AND g.dropped_at IS NULL AND g.number <> ALL ($4::integer[])
      AND g.superseded_at <= clock_timestamp() - $3::double precision * interval '1 millisecond'
    RETURNING g.table_name AS "tableName"`,
  values: [name, version, graceMs, keep],
});
