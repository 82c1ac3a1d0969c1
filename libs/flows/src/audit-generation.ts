import { TwofoldError, type ViewPlan } from '@twofold/core';
import {
  REPAIR,
  ROLL_FORWARD,
  type Audit,
  type AuditLedger,
  type BatchViewStore,
  type Generation,
} from '@twofold/ports';
import { DriftCount, notComparable, type Comparison } from './audit-drift.js';
import { sideBySide } from './side-by-side.js';
import { generationBefore } from './generation-before.js';
import { readEpochs, type EpochPorts } from './sealed-epochs.js';

export type AuditPorts = EpochPorts & {
  readonly batchViews: Pick<BatchViewStore, 'scan' | 'history'>;
  readonly ledger: Pick<AuditLedger, 'add'>;
};

/**
 * How long an audit waits for epochs to be sealed: a worker hears of its boundary within a second. Epochs are dropped 30 s
 * after the generation was published; what is left of these is for reading them.
 */
export const SEAL_WAIT_MS = 20_000;

/**
 * Compares a generation that was just published with the one before ⊕ the speed layer's epochs between their cuts, row by
 * row in both directions, and keeps what came of it. The same events came to both by different ways: archive, SQL and a
 * table; decoder, fold and Redis. So what differs is a mistake in one of them. The first is compared with the epochs alone.
 * One that was rolled forward came by the second way itself, and a repair was compared before: they are not audited, and whatever is
 * wrong with them shows in the next one that is computed from history.
 *
 * What cannot be compared is kept as that, with the reason: epochs were begun anew after a loss, or are cleaned up already.
 * null: rolled forward, repaired, or told to stop; nothing is kept, nor when it is killed, and whoever starts next audits what stands
 * published.
 * It writes nothing but the ledger, once.
 *
 * @throws TwofoldError `store-unavailable` where the ledger is away
 */
export async function auditGeneration(
  ports: AuditPorts,
  plan: ViewPlan,
  generation: Generation,
  stop: AbortSignal,
): Promise<Audit | null> {
  if (generation.madeBy === ROLL_FORWARD || generation.madeBy === REPAIR) return null;
  const comparison = await compare(ports, plan, generation, stop).catch((error: unknown) => {
    if (error instanceof TwofoldError) return notComparable(error.message);
    throw error;
  });
  if (comparison === null) return null;
  const { view, number } = generation;
  const audit: Audit = { view, generation: number, checkedAtMs: ports.clock.now(), ...comparison };
  await ports.ledger.add(audit);
  return audit;
}

async function compare(
  ports: AuditPorts,
  plan: ViewPlan,
  generation: Generation,
  stop: AbortSignal,
): Promise<Comparison | null> {
  const before = await generationBefore(ports.batchViews, generation);
  if (before === null) return notComparable(`there is no generation before ${generation.number}`);
  // The epochs first: they are cleaned up soon, the generations only when another one is published.
  const epochs = await readEpochs(ports, plan, before.cut, generation.cut, SEAL_WAIT_MS, stop);
  if (epochs === null) return null;

  const drift = new DriftCount(plan);
  const scan = ({ number }: Generation) => ports.batchViews.scan(plan, number);
  for await (const { key, before: old, after } of sideBySide(plan, scan(before), scan(generation))) {
    if (stop.aborted) return null;
    drift.add(epochs.takeInto(old, key), after);
  }
  for (const row of epochs.rest()) drift.add(row, null);
  return drift.result();
}
