import { PlainRecord, RecordDecoder, TwofoldError, partitionName, type Offset, type Partition } from '@twofold/core';
import type { DeadLetters, EventLogReader, MasterDataset } from '@twofold/ports';
import type { FoldAssignment } from './fold-into-speed-views.js';
import { JudgedPartition } from './judged-partition.js';

export type HistoryPorts = {
  readonly log: EventLogReader;
  readonly masterDataset: Pick<MasterDataset, 'archivedTo' | 'read' | 'identities'>;
  readonly deadLetters: Pick<DeadLetters, 'lastState'>;
};

/** Which events: of these types, that apply at offsets in [from, to) of the partition. `events` and `stream` are the catalog's. */
export type History = Pick<FoldAssignment, 'partition' | 'events' | 'stream'> & {
  readonly from: Offset;
  readonly to: Offset;
  readonly types: readonly string[];
};

/** One fetch: at most about 20,000 events. */
const FETCH_BYTES = 6 * 1024 * 1024;
/** What is read stands there, but for a transaction that is still open. */
const WAIT_MS = 500;

/**
 * Visits the events of a range in the order in which they count: from the archive as far as it reaches, from there on from the log,
 * with the same verdicts. `visit` sees the offset at which an event stands, the decoder that holds it, and its key. Yields after each batch,
 * so that whoever reads can stop, or take what came of it.
 *
 * @throws TwofoldError `history-truncated` where neither has them, before any is visited; `offset-out-of-range`
 *   where the log ends below the range; `conflict` when it is stopped before the last batch
 */
export async function* readHistory(
  ports: HistoryPorts,
  history: History,
  visit: (offset: Offset, decoded: RecordDecoder, key: string | null) => void,
  stop: AbortSignal,
): AsyncGenerator<void, void, undefined> {
  const { partition, events, types, from, to } = history;
  const decoder = new RecordDecoder(events);
  const archivedTo = await ports.masterDataset.archivedTo(partition);
  const seam = Math.min(Math.max(archivedTo, from), to);
  if (seam < to) await mustStand(ports.log, partition, seam, to);
  for await (const records of ports.masterDataset.read(partition, { from, below: seam }, types, stop)) {
    for (const record of records) {
      decoder.decodeArchived(record);
      visit(record.offset, decoder, record.subject);
    }
    yield;
  }
  if (seam < to) yield* readLog(ports, { ...history, from: seam }, decoder, visit, stop);
}

async function* readLog(
  ports: HistoryPorts,
  { partition, stream, from, to }: History,
  decoder: RecordDecoder,
  visit: (offset: Offset, decoded: RecordDecoder, key: string | null) => void,
  stop: AbortSignal,
): AsyncGenerator<void, void, undefined> {
  const judged = new JudgedPartition(ports, partition, decoder, stream, ports.masterDataset);
  await judged.goTo(from, stop);
  for (let at = from; at < to;) {
    const batch = await ports.log.read(partition, {
      ...{ from: at, below: to, maxBytes: FETCH_BYTES, waitMs: WAIT_MS, signal: stop },
    });
    if (stop.aborted) throw new TwofoldError('conflict', `reading ${partitionName(partition)} was stopped`);
    batch.forEach((record) => {
      const { verdict, released } = judged.judge(record);
      if (verdict.kind === 'event' && decoder.event !== null) visit(record.offset, decoder, record.key());
      for (const raw of released) {
        const record = new PlainRecord(raw);
        decoder.decode(record);
        visit(raw.offset, decoder, record.key());
      }
    });
    at = batch.nextOffset;
    judged.passTo(at);
    yield;
  }
}

/** The log has everything of [from, to). */
async function mustStand(
  log: Pick<EventLogReader, 'bounds'>,
  partition: Partition,
  from: Offset,
  to: Offset,
): Promise<void> {
  const { start, end } = await log.bounds(partition.stream);
  const [begins = 0, ends = 0] = [start[partition.partition], end[partition.partition]];
  const name = partitionName(partition);
  if (begins > from)
    throw new TwofoldError(
      'history-truncated',
      `${name}: neither the archive nor the log has the offsets [${from}, ${Math.min(begins, to)}): retention has removed them before they were archived`,
    );
  if (ends < to) throw new TwofoldError('offset-out-of-range', `${name} ends at ${ends}, below ${to}`);
}
