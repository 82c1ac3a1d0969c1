import {
  TwofoldError,
  compileFold,
  isWithin,
  partitionName,
  type Offset,
  type Partition,
  type RecordDecoder,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { PartitionWork } from '@twofold/ports';
import { eventsFor } from './events-for.js';
import { readHistory, type History, type HistoryPorts } from './read-history.js';

/** Rows in memory at which they are given away, and new ones begun; a batch may add as many as it has events. Some 50 MB of plain measures. */
const MAX_ROWS = 50_000;
/** Rows of a chunk at most: some 200 KB. */
const CHUNK_ROWS = 2_000;

/**
 * The rows of a view for the events of a range of one partition, by the fold: what the speed layer does with the tail, over history.
 * They are partial: those alike are to be combined. Nothing is written; killed anywhere, nothing of it is left.
 *
 * @throws TwofoldError as {@link readHistory}; `overflow`, which names the event
 */
export async function* foldHistory(
  ports: HistoryPorts,
  { events, stream }: Pick<History, 'events' | 'stream'>,
  { plan, partition, from, to, windows }: PartitionWork,
  stop: AbortSignal,
): AsyncGenerator<readonly ViewRow[], void, undefined> {
  const newFold = compileFold(plan);
  const types = plan.sources.map(({ event }) => event.type);
  let fold = newFold(partition);
  const apply = (offset: Offset, decoded: RecordDecoder): void => {
    const source = decoded.event === null ? -1 : types.indexOf(decoded.event.type);
    if (source === -1 || !isWithin(windows, decoded.timeMs)) return;
    try {
      fold.apply(source, decoded.current().values, decoded.timeMs, offset);
    } catch (error) {
      if (error instanceof TwofoldError && error.code === 'overflow') throw overflowAt(plan, partition, offset);
      throw error;
    }
  };
  const history = { partition, events: eventsFor(plan, events), stream, from, to, types };
  for await (const _ of readHistory(ports, history, apply, stop)) {
    if (fold.rowCount < MAX_ROWS) continue;
    yield* chunksOf(fold.rows());
    fold = newFold(partition);
  }
  yield* chunksOf(fold.rows());
}

function* chunksOf(rows: readonly ViewRow[]): Iterable<readonly ViewRow[]> {
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) yield rows.slice(start, start + CHUNK_ROWS);
}

const overflowAt = ({ id }: ViewPlan, partition: Partition, offset: Offset): TwofoldError =>
  new TwofoldError(
    'overflow',
    `${id.name}: arithmetic leaves 64 bits of the event at ${partitionName(partition)}, offset ${offset}`,
  );
