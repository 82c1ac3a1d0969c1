import { partitionName, type DecodedKind, type LogRecord, type Partition, type RecordDecoder } from '@twofold/core';

export type KnownKind = Exclude<DecodedKind, 'unknown-version'>;

/** Decodes a record; an event of a version newer than this build's catalog stops the partition, which waits for the upgrade. */
export function decodeKnown(record: LogRecord, decoder: RecordDecoder, partition: Partition): KnownKind {
  const kind = decoder.decode(record);
  if (kind !== 'unknown-version') return kind;
  throw new Error(
    `${partitionName(partition)} waits at offset ${record.offset}: its event is of a version (${record.header('ce_dataschema')}) newer than this build's catalog`,
  );
}
