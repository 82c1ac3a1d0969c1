import { TwofoldError, rowKeyOf, type OffsetVector, type ViewPlan, type ViewRow } from '@twofold/core';
import type { BatchViewStore } from '@twofold/ports';
import { readEpochs, type EpochPorts, type HeldRows } from './sealed-epochs.js';

export type RollForwardPorts = EpochPorts & { readonly batchViews: Pick<BatchViewStore, 'published' | 'scan'> };

/** How long epochs are waited for: a worker seals where it proposed, at once, and history has the events as well. */
const SEAL_WAIT_MS = 5_000;

/**
 * The rows of generation `number` − 1 ⊕ the speed layer's epochs from its cut to `cut`: the view of all events below that one,
 * without their being read again. The epochs are in memory when this resolves; the generation is read as the rows are taken.
 * null, with the reason told: the epochs are not to be had (see `readEpochs`), or that generation is not the published one, or
 * there is none. It writes nothing.
 *
 * @throws TwofoldError `conflict` when told to stop
 */
export async function rollForward(
  ports: RollForwardPorts,
  plan: ViewPlan,
  number: number,
  cut: OffsetVector,
  tell: (step: string) => void,
  stop: AbortSignal,
): Promise<AsyncIterable<readonly ViewRow[]> | null> {
  const before = await ports.batchViews.published(plan.id);
  // Generation 0 never counts: that of a founded version has a cut beyond the start of the log, and no rows.
  if (before === null || before.number === 0 || before.number !== number - 1) {
    tell(`there is no generation to roll forward to ${number}`);
    return null;
  }
  const epochs = await readEpochs(ports, plan, before.cut, cut, SEAL_WAIT_MS, stop).catch((error: unknown) => {
    if (!(error instanceof TwofoldError)) throw error;
    tell(`generation ${before.number} cannot be rolled forward: ${error.message}`);
    return 'not to be had' as const;
  });
  if (epochs === 'not to be had') return null;
  if (epochs === null) throw new TwofoldError('conflict', `stopped while epochs of ${plan.id.name} were read`);
  return merged(ports.batchViews.scan(plan, before.number), epochs);
}

/** Each row of the generation with what the epochs have of it, and then what they alone have. */
async function* merged(
  generation: AsyncIterable<readonly ViewRow[]>,
  epochs: HeldRows,
): AsyncGenerator<readonly ViewRow[]> {
  for await (const rows of generation) yield rows.map((row) => epochs.takeInto(row, rowKeyOf(row)) ?? row);
  yield [...epochs.rest()];
}
