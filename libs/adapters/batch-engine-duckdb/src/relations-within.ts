import { offsetAt, type SqlRelation, type ViewPlan, type WindowSpan } from '@twofold/core';
import type { ArchiveFile, EventRange } from '@twofold/ports';
import { archiveRelation } from './archive-relation.js';

/**
 * The events of a view's sources in a range of offsets. A file holds events of one type alone, none of them dead, so only those
 * that an end of the range goes through are looked at event by event, and those outside of it, or of its windows, not at all.
 */
export const relationsWithin = (
  plan: ViewPlan,
  { from, to, windows }: EventRange,
  files: readonly ArchiveFile[],
): readonly SqlRelation[] =>
  plan.sources.flatMap((source, index) => {
    const touched = files
      .filter(({ eventType, times }) => eventType === source.event.type && mayHave(windows, times))
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

/** Whether events of these times may be of these windows; of old files nobody knows. */
const mayHave = (windows: WindowSpan | null, times: ArchiveFile['times']): boolean =>
  windows === null || times === null || (times.oldestMs < windows.toMs && times.newestMs >= windows.fromMs);

const isWhole = ({ file, from, to }: Touched): boolean => from <= file.from && file.to <= to;
