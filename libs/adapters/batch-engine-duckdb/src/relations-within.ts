import { offsetAt, type SqlRelation, type ViewPlan } from '@twofold/core';
import type { ArchiveFile, EventRange } from '@twofold/ports';
import { archiveRelation } from './archive-relation.js';

/**
 * The events of a view's sources in a range of offsets. A file holds events of one type alone, none of them dead, so only those
 * that an end of the range goes through are looked at event by event, and those outside of it not at all.
 */
export const relationsWithin = (
  plan: ViewPlan,
  { from, to }: Pick<EventRange, 'from' | 'to'>,
  files: readonly ArchiveFile[],
): readonly SqlRelation[] =>
  plan.sources.flatMap((source, index) => {
    const touched = files
      .filter(({ eventType }) => eventType === source.event.type)
      .map((file) => ({ file, from: offsetAt(from, file.partition), to: offsetAt(to, file.partition) }))
      .filter((one) => one.file.from < one.to && one.from < one.file.to);
    const whole = touched.filter(isWhole).map(({ file }) => file);
    const through = touched.filter((one) => !isWhole(one));
    const bounds = through.map((one) => ({ partition: one.file.partition.partition, from: one.from, to: one.to }));
    const within = [...new Map(bounds.map((of) => [of.partition, of])).values()];
    const divided = through.map(({ file }) => file);
    return [
      ...(whole.length === 0 ? [] : [{ source: index, relation: archiveRelation(source, whole, false), within: null }]),
      ...(divided.length === 0 ? [] : [{ source: index, relation: archiveRelation(source, divided, true), within }]),
    ];
  });

type Touched = { readonly file: ArchiveFile; readonly from: number; readonly to: number };

const isWhole = ({ file, from, to }: Touched): boolean => from <= file.from && file.to <= to;
