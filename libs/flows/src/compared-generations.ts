import { needsGenerationBefore, type ViewId } from '@twofold/core';
import type { ReplayJournal } from '@twofold/ports';

/** The generations of a view version that replays are yet to be compared with. */
export async function comparedGenerations(
  journal: Pick<ReplayJournal, 'unfinished'>,
  { name, version }: ViewId,
): Promise<readonly number[]> {
  const comparing = (await journal.unfinished()).filter(
    (replay) => replay.view.name === name && replay.before === version && needsGenerationBefore(replay),
  );
  return comparing.flatMap(({ generationBefore }) => generationBefore ?? []);
}
