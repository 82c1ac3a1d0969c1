import { compressionsAlgorithmsByBitmask } from '@platformatic/kafka';
import { TwofoldError } from '@twofold/core';

/** Kafka's codecs by their number in a record batch's attributes: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
const CODEC_NAMES = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** The records section of a compressed batch, as it was. Rejects a codec that is not known by its name or number. */
export function decompress(codec: number, bytes: Buffer): Buffer {
  const name = CODEC_NAMES[codec] ?? `number ${codec}`;
  const algorithm = compressionsAlgorithmsByBitmask[codec];
  if (algorithm === undefined || !algorithm.available) {
    throw new TwofoldError('internal', `records are compressed with codec ${name}, which this build cannot decode`);
  }
  try {
    return algorithm.decompressSync(bytes);
  } catch (cause) {
    throw new TwofoldError('internal', `records compressed with ${name} cannot be decoded`, undefined, { cause });
  }
}
