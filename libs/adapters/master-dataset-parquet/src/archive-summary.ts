import { impossible, partitionName, sumAside, type Offset, type Partition, type SetAside } from '@twofold/core';
import type { Metadata } from '@twofold/metadata';
import { inCurrentEdition, type Snapshot } from './current-edition.js';
import type { ParquetFiles, Summary } from './parquet-files.js';

/** The whole ranges of a partition below an offset, and the range that the offset goes through. */
type RangesBelow = {
  readonly whole: Summary;
  /**
   * The range that holds records on both sides of the offset: locations of its files, and what its records below the offset
   * change of what waits, besides the dead ones among them. null: there is none such.
   */
  readonly divided: { readonly locations: readonly string[]; readonly aside: SetAside } | null;
  /** Every offset below this is in a whole range. */
  readonly wholeTo: Offset;
};

/** What the current edition has set aside below an offset of a partition, which must be archived. */
export async function summaryBelow(
  database: Metadata,
  files: ParquetFiles,
  partition: Partition,
  offset: Offset,
): Promise<Summary> {
  const { whole, divided, wholeTo } = await rangesBelow(database, partition, offset);
  if (divided === null && wholeTo < offset)
    impossible(`a summary below offset ${offset} of ${partitionName(partition)}, archived to ${wholeTo}`);
  if (divided === null || divided.locations.length === 0) return whole;
  const part = await files.summaryBelow(divided.locations, offset);
  return {
    ...sumAside([whole, part, divided.aside]),
    appliedAtMs: newestOf(whole.appliedAtMs, part.appliedAtMs),
  };
}

export const newestOf = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

function rangesBelow(database: Metadata, { stream, partition }: Partition, offset: Offset): Promise<RangesBelow> {
  const below = BigInt(offset);
  return inCurrentEdition(database, async (snapshot, { edition }) => {
    const whole = await snapshot.archiveRange.aggregate({
      where: { edition, stream, partition, toOffset: { lte: below } },
      _sum: { deadLetters: true, duplicates: true, held: true },
      _max: { newestAppendedAtMs: true, toOffset: true },
    });
    const divided = await snapshot.archiveRange.findFirst({
      where: { edition, stream, partition, fromOffset: { lt: below }, toOffset: { gt: below } },
      select: { fromOffset: true, files: { select: { location: true } } },
    });
    return {
      whole: {
        deadLetters: whole._sum.deadLetters ?? 0,
        duplicates: whole._sum.duplicates ?? 0,
        held: whole._sum.held ?? 0,
        appliedAtMs: whole._max.newestAppendedAtMs === null ? null : Number(whole._max.newestAppendedAtMs),
      },
      divided:
        divided === null
          ? null
          : {
              locations: divided.files.map(({ location }) => location),
              aside: await waitingWithin(snapshot, { stream, partition }, { gte: divided.fromOffset, lt: below }),
            },
      wholeTo: Number(whole._max.toOffset ?? 0),
    };
  });
}

/** What the records of these offsets close, and how many are held. Dead ones are counted in the files: old ones stand nowhere else. */
async function waitingWithin(
  { waitingRecord }: Snapshot,
  partition: Partition,
  within: { readonly gte: bigint; readonly lt: bigint },
): Promise<SetAside> {
  const held = await waitingRecord.count({ where: { ...partition, offset: within, deadCode: null } });
  const released = await waitingRecord.count({ where: { ...partition, closedAt: within, deadCode: null } });
  const resolved = await waitingRecord.count({ where: { ...partition, closedAt: within, deadCode: { not: null } } });
  return { deadLetters: -resolved, duplicates: 0, held: held - released };
}
