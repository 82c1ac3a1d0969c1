import { offsetAt, type OffsetVector } from '@twofold/core';
import type { StagedStep } from '@twofold/ports';
import type { Statement } from './parameters.js';

/** Unless the build has a stage. */
export const insertStage = (build: string, table: string): Statement => ({
  text: 'INSERT INTO public.build_stage (build, table_name) VALUES ($1, $2) ON CONFLICT (build) DO NOTHING',
  values: [build, table],
});

/** Of each partition that `to` names, nothing is done yet. */
export const insertStagedPartitions = (build: string, from: OffsetVector, to: OffsetVector): Statement => {
  const partitions = Object.entries(to).flatMap(([stream, offsets]) =>
    offsets.map((end, partition) => ({ stream, partition, start: offsetAt(from, { stream, partition }), end })),
  );
  return {
    text: `INSERT INTO public.staged_partition (build, stream, partition, from_offset, done_offset, to_offset)
      SELECT $1, stream, partition, start_offset, start_offset, end_offset
      FROM unnest($2::text[], $3::integer[], $4::bigint[], $5::bigint[])
        AS staged(stream, partition, start_offset, end_offset)`,
    values: [
      ...[build, partitions.map(({ stream }) => stream), partitions.map(({ partition }) => partition)],
      ...[partitions.map(({ start }) => start), partitions.map(({ end }) => end)],
    ],
  };
};

/** Compare-and-set of how far the build is on a partition. One row if it moved. */
export const moveDone = (build: string, { stream, partition, from, to, busyMs }: StagedStep): Statement => ({
  text: `UPDATE public.staged_partition SET done_offset = $5, busy_ms = busy_ms + $6::bigint
    WHERE build = $1 AND stream = $2 AND partition = $3 AND done_offset = $4`,
  values: [build, stream, partition, from, to, Math.round(busyMs())],
});

/** With what it says of its partitions. */
export const deleteStage = (build: string): Statement => ({
  text: 'DELETE FROM public.build_stage WHERE build = $1',
  values: [build],
});
