import { partitionName, type Offset, type OffsetVector, type Partition } from '@twofold/core';

/** The offsets that builds wait for the archive to reach: archivers hurry to them instead of waiting for full ranges. */
export class WantedOffsets {
  private readonly offsets = new Map<string, Offset>();

  want(cut: OffsetVector): void {
    for (const [stream, offsets] of Object.entries(cut)) {
      for (const [partition, offset] of offsets.entries()) {
        const name = partitionName({ stream, partition });
        this.offsets.set(name, Math.max(offset, this.offsets.get(name) ?? 0));
      }
    }
  }

  readonly of = (partition: Partition): Offset => this.offsets.get(partitionName(partition)) ?? 0;
}
