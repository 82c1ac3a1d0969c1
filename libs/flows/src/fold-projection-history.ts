import {
  ProjectionFold,
  TwofoldError,
  partitionName,
  type FailedEvent,
  type Partition,
  type RecordDecoder,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { PartitionWork, RowsBefore } from '@twofold/ports';
import { eventsFor } from './events-for.js';
import { readHistory, type History, type HistoryPorts } from './read-history.js';

/** Rows of a chunk at most: some hundred KB. */
const CHUNK_ROWS = 2_000;
/** Keys of one look-up: what stores take at a time. */
const KEYS_AT_ONCE = 10_000;

/**
 * The rows of a projection that the events of a range of one partition change, as they are at its end, each once. All of them are in
 * memory: whoever asks bounds the range. Nothing is written; killed anywhere, nothing of it is left.
 *
 * `before` gives the rows of all events below the range; undefined: it begins at the start of the log.
 *
 * @throws TwofoldError as {@link readHistory}; `projection-failed`, which names the event
 */
export async function* foldProjectionHistory(
  ports: HistoryPorts,
  { events, stream }: Pick<History, 'events' | 'stream'>,
  { plan, partition, from, to }: PartitionWork,
  before: RowsBefore | undefined,
  stop: AbortSignal,
): AsyncGenerator<readonly ViewRow[], void, undefined> {
  const fold = new ProjectionFold(plan);
  const types = plan.sources.map(({ event }) => event.type);
  const take = (offset: number, decoded: RecordDecoder, key: string | null): void => {
    const source = decoded.event === null ? -1 : types.indexOf(decoded.event.type);
    if (source !== -1) fold.take(source, decoded.current().values, decoded.timeMs, offset, key);
  };
  const history = { partition, events: eventsFor(plan, events), stream, from, to, types };
  for await (const _ of readHistory(ports, history, take, stop)) {
    const failed = fold.evolve(await statesOf(fold.unknownSubjects(), before));
    if (failed !== null) throw failedAt(plan, partition, failed);
  }
  const rows = fold.takeChanged();
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) yield rows.slice(start, start + CHUNK_ROWS);
}

async function statesOf(
  subjects: readonly string[],
  before: RowsBefore | undefined,
): Promise<ReadonlyMap<string, string>> {
  const states = new Map<string, string>();
  if (before === undefined) return states;
  for (let start = 0; start < subjects.length; start += KEYS_AT_ONCE) {
    const keys = subjects.slice(start, start + KEYS_AT_ONCE).map((subject) => ({ dimensions: [subject], window: 0 }));
    for (const { dimensions, parts } of await before(keys)) states.set(String(dimensions[0]), String(parts[0]));
  }
  return states;
}

function failedAt({ id }: ViewPlan, partition: Partition, { offset, error }: FailedEvent): TwofoldError {
  const why = error instanceof Error ? error.message : String(error);
  return new TwofoldError(
    'projection-failed',
    `${id.name} cannot be folded past the event at ${partitionName(partition)}, offset ${offset}: ${why}`,
  );
}
