import { catalog } from '@twofold/catalog';
import { partitionName, RecordDecoder, streamNamed, streamsOf, type Offset, type PlainEvent } from '@twofold/core';
import { KafkaRawReader } from '@twofold/event-log-kafka';
import { Identities } from './identities.ts';
import { plainEvent } from './plain-event.ts';

/** A record as the reference sees it. `event` null: no view reads it, for it is a duplicate, or no event of the catalog. */
export type CopiedRecord = {
  readonly offset: Offset;
  readonly identity: string;
  readonly isDuplicate: boolean;
  readonly type: string;
  readonly event: PlainEvent | null;
};

/** All that stands on the log, by stream and partition: the measure of every answer. */
export type LogCopy = Readonly<Record<string, readonly (readonly CopiedRecord[])[]>>;

/** Copies the log, and goes on with what came since when it is asked again. */
export class LogCopier {
  private readonly reader: KafkaRawReader;
  private readonly copied: Record<string, CopiedRecord[][]> = {};
  private readonly nextOffsets = new Map<string, Offset>();
  private readonly identities = new Map<string, Identities>();

  constructor(brokers: string, namespace: string) {
    this.reader = new KafkaRawReader({ brokers: brokers.split(','), namespace });
  }

  async copy(): Promise<LogCopy> {
    for (const stream of streamsOf(catalog)) {
      const { end } = await this.reader.bounds(stream);
      const partitions = (this.copied[stream] ??= end.map(() => []));
      await Promise.all(end.map((head, partition) => this.copyPartition(stream, partition, head, partitions)));
    }
    return this.copied;
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
    const identities = this.identities.get(name) ?? new Identities(streamNamed(catalog.streams, stream).duplicates);
    this.identities.set(name, identities);
    for (let from = this.nextOffsets.get(name) ?? 0; from < head;) {
      const batch = await this.reader.read({ stream, partition }, { from });
      batch.forEach((record) => {
        const event = plainEvent(decoder, catalog.events, { stream, partition }, record);
        const isDuplicate = event !== null && identities.isDuplicate(record);
        records.push({
          offset: record.offset,
          identity: record.header('ce_id') ?? '',
          isDuplicate,
          type: record.header('ce_type') ?? '',
          event: isDuplicate ? null : event,
        });
      });
      from = batch.nextOffset;
      this.nextOffsets.set(name, from);
    }
  }
}
