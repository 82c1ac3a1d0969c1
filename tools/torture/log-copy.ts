import { catalog } from '@twofold/catalog';
import {
  HELD_LIMITS,
  naiveVerdicts,
  partitionName,
  RecordDecoder,
  resolutionOf,
  sizeBytesOf,
  streamNamed,
  streamsOf,
  type LogRecord,
  type NaiveRecord,
  type Offset,
  type PlainEvent,
  type SetAside,
} from '@twofold/core';
import { KafkaRawReader } from '@twofold/event-log-kafka';
import { plainEvent } from './plain-event.ts';

/** A record as the reference sees it: by the plain definition of verdicts, `naiveVerdicts`. */
export type JudgedRecord = {
  readonly offset: Offset;
  readonly identity: string;
  /** Whether it is an event, there for the first time. */
  readonly counts: boolean;
  /** The events that count from here on: itself, those that waited until here. */
  readonly applied: readonly PlainEvent[];
  /** Of all records up to here. */
  readonly aside: SetAside;
};

/** All that stands on the log, by stream and partition: the measure of every answer. */
export type JudgedLog = Readonly<Record<string, readonly (readonly JudgedRecord[])[]>>;

type CopiedRecord = NaiveRecord & { readonly identity: string; readonly event: PlainEvent | null };

/** Copies the log, and goes on with what came since when it is asked again. */
export class LogCopier {
  private readonly reader: KafkaRawReader;
  private readonly copied: Record<string, CopiedRecord[][]> = {};
  private readonly nextOffsets = new Map<string, Offset>();

  constructor(brokers: string, namespace: string) {
    this.reader = new KafkaRawReader({ brokers: brokers.split(','), namespace });
  }

  async copy(): Promise<void> {
    for (const stream of streamsOf(catalog)) {
      const { end } = await this.reader.bounds(stream);
      const partitions = (this.copied[stream] ??= end.map(() => []));
      await Promise.all(end.map((head, partition) => this.copyPartition(stream, partition, head, partitions)));
    }
  }

  /** What was copied, judged. */
  judged(): JudgedLog {
    return Object.fromEntries(
      Object.entries(this.copied).map(([stream, partitions]) => [
        stream,
        partitions.map((records) => judgedRecords(stream, records)),
      ]),
    );
  }

  async close(): Promise<void> {
    await this.reader.close();
  }

  private async copyPartition(
    stream: string,
    partition: number,
    head: Offset,
    partitions: CopiedRecord[][],
  ): Promise<void> {
    const records = (partitions[partition] ??= []);
    const decoder = new RecordDecoder(catalog.events);
    const name = partitionName({ stream, partition });
    for (let from = this.nextOffsets.get(name) ?? 0; from < head;) {
      const batch = await this.reader.read({ stream, partition }, { from });
      batch.forEach((record) => records.push(copyOf(record, decoder, stream, partition)));
      from = batch.nextOffset;
      this.nextOffsets.set(name, from);
    }
  }
}

function copyOf(record: LogRecord, decoder: RecordDecoder, stream: string, partition: number): CopiedRecord {
  const { offset, appendedAtMs } = record;
  const identity = record.header('ce_id') ?? '';
  const resolution = resolutionOf(record);
  const isDead = decoder.decode(record) === 'dead' || resolution === 'malformed';
  const event = plainEvent(decoder, catalog.events, { stream, partition, offset });
  return {
    ...{ offset, appendedAtMs, identity, event },
    key: record.key(),
    sizeBytes: sizeBytesOf(record.copy()),
    resolves: resolution === 'malformed' ? null : resolution,
    content: isDead
      ? { kind: 'dead' }
      : event === null
        ? { kind: 'unknown-type' }
        : { kind: 'event', id: JSON.stringify([record.header('ce_source'), identity]) },
  };
}

function judgedRecords(stream: string, records: readonly CopiedRecord[]): readonly JudgedRecord[] {
  const byOffset = new Map(records.map((record) => [record.offset, record]));
  const verdicts = naiveVerdicts(records, streamNamed(catalog.streams, stream), HELD_LIMITS);
  return verdicts.map(({ offset, verdict, applied, aside }) => {
    const record = byOffset.get(offset);
    return {
      ...{ offset, aside, identity: record?.identity ?? '' },
      counts: record?.content.kind === 'event' && (verdict === 'event' || verdict === 'held'),
      applied: applied.flatMap((at) => byOffset.get(at)?.event ?? []),
    };
  });
}
