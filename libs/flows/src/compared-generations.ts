import { needsGenerationBefore, type ViewId } from '@twofold/core';
import type { ReplayJournal } from '@twofold/ports';
import { FIRST } from './build-replayed.js';

/** The generations of a view version that replays are yet to compare: of the one before, and of the one that is built. */
export async function comparedGenerations(
  journal: Pick<ReplayJournal, 'unfinished'>,
  { name, version }: ViewId,
): Promise<readonly number[]> {
  const comparing = (await journal.unfinished()).filter(
    (replay) => replay.view.name === name && needsGenerationBefore(replay),
  );
  return comparing.flatMap(({ view, before, generationBefore }) => {
    if (version === before) return generationBefore ?? [];
    return version === view.version ? FIRST : [];
  });
}
