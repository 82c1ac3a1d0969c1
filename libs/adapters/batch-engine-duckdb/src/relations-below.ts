import { offsetAt, type OffsetVector, type SqlRelation, type ViewPlan } from '@twofold/core';
import type { ArchiveFile } from '@twofold/ports';
import { archiveRelation } from './archive-relation.js';

/**
 * The events of a view's sources below a cut. A file holds events of one type alone, none of them dead, so only those that the cut
 * goes through are looked at event by event.
 */
export const relationsBelow = (
  plan: ViewPlan,
  cut: OffsetVector,
  files: readonly ArchiveFile[],
): readonly SqlRelation[] =>
  plan.sources.flatMap((source, index) => {
    const ofSource = files.filter(({ eventType }) => eventType === source.event.type);
    const below = ofSource.filter(({ partition, to }) => to <= offsetAt(cut, partition));
    const through = ofSource.filter(
      ({ partition, from, to }) => from < offsetAt(cut, partition) && offsetAt(cut, partition) < to,
    );
    const cuts = [...new Set(through.map(({ partition }) => partition.partition))].map((partition) => ({
      partition,
      offset: offsetAt(cut, { stream: source.event.stream, partition }),
    }));
    return [
      ...(below.length === 0 ? [] : [{ source: index, relation: archiveRelation(source, below, false), below: null }]),
      ...(through.length === 0
        ? []
        : [{ source: index, relation: archiveRelation(source, through, true), below: cuts }]),
    ];
  });
