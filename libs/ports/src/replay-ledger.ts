import type { ViewId } from '@twofold/core';

export type RebuildState = 'requested' | 'building' | 'published' | 'failed';

/** One request to rebuild a view's generation, and how far it is. */
export type Rebuild = {
  readonly id: string;
  readonly view: ViewId;
  readonly state: RebuildState;
  /** What is being done, for a person. */
  readonly detail: string;
  /** The generation that came of it. */
  readonly generation: number | null;
  readonly requestedAtMs: number;
  readonly updatedAtMs: number;
};

export interface ReplayLedger {
  /** Records a request. Durable when it resolves. Rejects with `conflict` where the id is taken. */
  add(rebuild: Rebuild): Promise<void>;
  /** Moves a rebuild on; one that has ended (published, failed) stays as it is. Resolves with what stands; null: unknown id. */
  update(id: string, change: Pick<Rebuild, 'state' | 'detail' | 'generation' | 'updatedAtMs'>): Promise<Rebuild | null>;
  get(id: string): Promise<Rebuild | null>;
  /** By time of request, newest first (of one moment, the last added first), at most `limit`. */
  list(limit: number): Promise<readonly Rebuild[]>;
  /** Those that have not ended, oldest first. */
  unfinished(): Promise<readonly Rebuild[]>;
  close(): Promise<void>;
}
