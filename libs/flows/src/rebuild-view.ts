import { TwofoldError, controlEvent, type Catalog, type ControlEventData } from '@twofold/core';
import type { Clock, ControlChannel, Rebuild, ReplayLedger, ViewVersions } from '@twofold/ports';
import { servingView } from './serving-view.js';

export type RebuildPorts = {
  readonly catalog: Pick<Catalog, 'views'>;
  readonly versions: Pick<ViewVersions, 'serving'>;
  readonly ledger: ReplayLedger;
  readonly control: ControlChannel;
  readonly clock: Clock;
  readonly newId: () => string;
};

/** More rebuilds than this at a time wait for nothing but each other: the one who asks should see what is slow. */
export const MAX_UNFINISHED_REBUILDS = 100;

/** How long nothing is heard of a rebuild before it is announced again, milliseconds. A build tells of itself sooner. */
export const ANNOUNCE_AFTER_MS = 15_000;

/**
 * Asks for a new generation of the version of a view that serves. The request is durable when this resolves; if its announcement is lost,
 * {@link announceUnfinished} repeats it.
 *
 * Rejects with `unknown-view`, with `overloaded` where too many are unfinished, with `store-unavailable`.
 */
export async function requestRebuild(ports: RebuildPorts, viewName: string): Promise<Rebuild> {
  const { catalog, versions, ledger, clock, newId } = ports;
  const view = await servingView(versions, catalog, viewName);
  if ((await ledger.unfinished()).length >= MAX_UNFINISHED_REBUILDS) {
    throw new TwofoldError(
      'overloaded',
      `${MAX_UNFINISHED_REBUILDS} rebuilds are unfinished; ask again when some have ended`,
    );
  }
  const now = clock.now();
  const rebuild: Rebuild = {
    id: newId(),
    view,
    state: 'requested',
    detail: 'waits for the batch view builder',
    generation: null,
    requestedAtMs: now,
    updatedAtMs: now,
  };
  await ledger.add(rebuild);
  await announce(ports, rebuild);
  return rebuild;
}

/** Keeps what a builder tells of a rebuild. null: nobody asked for it here, or it is long gone. */
export function noteProgress(
  { ledger, clock }: Pick<RebuildPorts, 'ledger' | 'clock'>,
  { rebuildId, state, detail, generation }: ControlEventData['view.rebuild-progressed'],
): Promise<Rebuild | null> {
  return ledger.update(rebuildId, { state, detail, generation, updatedAtMs: clock.now() });
}

/**
 * Announces again every rebuild that has not ended and of which nothing was heard for `quietForMs`: whichever message
 * was lost, and whoever died, the next builder to hear it goes on. Resolves with how many were announced.
 */
export async function announceUnfinished(ports: RebuildPorts, quietForMs: number): Promise<number> {
  const unfinished = await ports.ledger.unfinished();
  const nowMs = ports.clock.now();
  // one of the future was written by a clock that was wrong, or is read by one: to announce it once more does no harm
  const isQuiet = ({ updatedAtMs }: Rebuild): boolean => updatedAtMs <= nowMs - quietForMs || updatedAtMs > nowMs;
  const quiet = unfinished.filter(isQuiet);
  for (const rebuild of quiet.slice(0, MAX_UNFINISHED_REBUILDS)) await announce(ports, rebuild);
  return Math.min(quiet.length, MAX_UNFINISHED_REBUILDS);
}

/** A log that is away is no reason to refuse: the request stands in the ledger and is announced again. */
async function announce({ control, clock, newId }: RebuildPorts, { id, view }: Rebuild): Promise<void> {
  const data = { rebuildId: id, view: view.name, version: view.version };
  try {
    await control.publish(controlEvent('view.rebuild-requested', data, { id: newId(), timeMs: clock.now() }));
  } catch (error) {
    if (!(error instanceof TwofoldError && error.code === 'log-unavailable')) throw error;
  }
}
