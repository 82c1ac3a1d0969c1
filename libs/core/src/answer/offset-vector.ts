/** Position in a partition: the number of records below it. A safe integer from 0. */
export type Offset = number;

/** One partition of one stream of the log. */
export type Partition = { readonly stream: string; readonly partition: number };

/** For each stream, an offset per partition (index = partition). "The events below it" are a consistent prefix of the log. */
export type OffsetVector = Readonly<Record<string, readonly Offset[]>>;

export const offsetAt = (vector: OffsetVector, { stream, partition }: Partition): Offset =>
  vector[stream]?.[partition] ?? 0;

/** The start of a log whose streams have these many partitions. */
export const startOf = (partitionCounts: Readonly<Record<string, number>>): OffsetVector =>
  Object.fromEntries(Object.entries(partitionCounts).map(([stream, n]) => [stream, new Array<Offset>(n).fill(0)]));

/** Whether every offset of `vector` is at or beyond the one `lowest` names for the same partition. */
export const isAtLeast = (vector: OffsetVector, lowest: OffsetVector): boolean =>
  Object.entries(lowest).every(([stream, offsets]) =>
    offsets.every((offset, partition) => offsetAt(vector, { stream, partition }) >= offset),
  );

export const partitionName = ({ stream, partition }: Partition): string => `${stream}/${partition}`;

/** Whether a vector names every partition of streams that have these many, and no other. */
export const isOfPartitions = (vector: OffsetVector, partitionCounts: Readonly<Record<string, number>>): boolean =>
  Object.keys(vector).length === Object.keys(partitionCounts).length &&
  Object.entries(partitionCounts).every(([stream, count]) => vector[stream]?.length === count);
