/** Kafka's hash of a key (org.apache.kafka.common.utils.Utils.murmur2), as a signed 32-bit number. */
export function murmur2(key: Buffer): number {
  const { length } = key;
  const whole = length - (length % 4);
  let hash = 0x9747b28c ^ length;
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(key.readInt32LE(at), 0x5bd1e995);
    word ^= word >>> 24;
    hash = Math.imul(hash, 0x5bd1e995) ^ Math.imul(word, 0x5bd1e995);
  }
  if (length > whole) {
    for (let at = length - 1; at >= whole; at--) hash ^= (key[at] as number) << (8 * (at - whole));
    hash = Math.imul(hash, 0x5bd1e995);
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0x5bd1e995);
  return hash ^ (hash >>> 15);
}

/** The partition of a key: that of Kafka's default partitioner, so that every client agrees. */
export const partitionOfKey = (key: string, partitions: number): number =>
  (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
