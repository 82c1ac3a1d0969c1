import type { Offset, OffsetVector, Partition, ViewId } from '@twofold/core';
import type { Statement } from './parameters.js';

/** Asks for a cut, unless it is asked for. */
export const insertCut = ({ name, version }: ViewId, number: number): Statement => ({
  text: 'INSERT INTO public.cut (view_name, view_version, number) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
  values: [name, version, number],
});

/** Rule 3: unless a boundary of the cut stands, and only where that of the cut before stands at or below the offset. */
export const insertBoundary = (
  { name, version }: ViewId,
  cut: number,
  { stream, partition }: Partition,
  offset: Offset,
): Statement => ({
  text: `INSERT INTO public.boundary (view_name, view_version, cut, stream, partition, at_offset)
    SELECT $1, $2, $3::integer, $4, $5::integer, $6::bigint
    WHERE $3::integer = 1 OR EXISTS (
      SELECT FROM public.boundary WHERE view_name = $1 AND view_version = $2 AND stream = $4 AND partition = $5::integer
        AND cut = $3::integer - 1 AND at_offset <= $6::bigint)
    ON CONFLICT DO NOTHING`,
  values: [name, version, cut, stream, partition, offset],
});

export const selectBoundary = (
  { name, version }: ViewId,
  cut: number,
  { stream, partition }: Partition,
): Statement => ({
  text: `SELECT at_offset AS "offset" FROM public.boundary
    WHERE view_name = $1 AND view_version = $2 AND stream = $3 AND partition = $4 AND cut = $5`,
  values: [name, version, stream, partition, cut],
});

/** Cut 1 of a version that begins there. */
export const insertFounding = ({ name, version }: ViewId, founding: OffsetVector): Statement => {
  const partitions = Object.entries(founding).flatMap(([stream, offsets]) =>
    offsets.map((offset, partition) => ({ stream, partition, offset })),
  );
  return {
    text: `INSERT INTO public.boundary (view_name, view_version, cut, stream, partition, at_offset)
      SELECT $1, $2, 1, stream, partition, at_offset
      FROM unnest($3::text[], $4::integer[], $5::bigint[]) AS founding(stream, partition, at_offset)`,
    values: [
      ...[name, version, partitions.map(({ stream }) => stream)],
      ...[partitions.map(({ partition }) => partition), partitions.map(({ offset }) => offset)],
    ],
  };
};

/** The partition counts of a version, with each boundary of a cut that stands: at least one row, if the version is known. */
export const selectCut = ({ name, version }: ViewId, cut: number): Statement => ({
  text: `SELECT v.partition_counts AS "partitionCounts", b.stream, b.partition, b.at_offset AS "offset"
    FROM public.view_version v
    LEFT JOIN public.boundary b ON b.view_name = v.name AND b.view_version = v.version AND b.cut = $3
    WHERE v.name = $1 AND v.version = $2`,
  values: [name, version, cut],
});
