import type { Rebuild } from '@twofold/ports';

export type PresentedRebuild = {
  readonly id: string;
  readonly view: string;
  readonly version: string;
  readonly state: Rebuild['state'];
  readonly detail: string;
  readonly generation: number | null;
  /** ISO 8601. */
  readonly requestedAt: string;
  readonly updatedAt: string;
};

export const presentRebuild = (rebuild: Rebuild): PresentedRebuild => ({
  id: rebuild.id,
  view: rebuild.view.name,
  version: rebuild.view.version,
  state: rebuild.state,
  detail: rebuild.detail,
  generation: rebuild.generation,
  requestedAt: new Date(rebuild.requestedAtMs).toISOString(),
  updatedAt: new Date(rebuild.updatedAtMs).toISOString(),
});
