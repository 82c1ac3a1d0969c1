import { partitionName, startOf, type Offset, type OffsetVector, type ViewId } from '@twofold/core';
import type pg from 'pg';
import { runStatement } from './run-statement.js';
import { selectCut } from './sql/boundary-statements.js';

type CutRow = {
  readonly partitionCounts: Readonly<Record<string, number>>;
  readonly stream: string | null;
  readonly partition: number | null;
  readonly offset: string | null;
};

/** The vector of a cut, once the boundary of every partition stands; null before, and for a view never registered. */
export async function recordedVector(
  client: pg.Pool | pg.ClientBase,
  view: ViewId,
  cut: number,
): Promise<OffsetVector | null> {
  const { rows } = await runStatement<CutRow>(client, selectCut(view, cut));
  const [first] = rows;
  if (first === undefined) return null;
  const start = startOf(first.partitionCounts);
  if (cut === 0) return start;
  const offsets = new Map(
    rows.map(({ stream, partition, offset }) => [
      `${stream}/${partition}`,
      offset === null ? undefined : Number(offset),
    ]),
  );
  const vector: Record<string, readonly Offset[]> = {};
  for (const [stream, starts] of Object.entries(start)) {
    const found = starts
      .map((_, partition) => offsets.get(partitionName({ stream, partition })))
      .filter((at) => at !== undefined);
    if (found.length < starts.length) return null;
    vector[stream] = found;
  }
  return vector;
}
