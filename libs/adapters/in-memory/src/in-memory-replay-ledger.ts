import { TwofoldError } from '@twofold/core';
import type { Rebuild, ReplayLedger } from '@twofold/ports';

/** The meaning of a replay ledger, in a map. */
export class InMemoryReplayLedger implements ReplayLedger {
  /** In the order in which they were added. */
  private readonly rebuilds = new Map<string, Rebuild>();

  async add(rebuild: Rebuild): Promise<void> {
    if (this.rebuilds.has(rebuild.id)) throw new TwofoldError('conflict', `there is a rebuild ${rebuild.id} already`);
    this.rebuilds.set(rebuild.id, rebuild);
  }

  async update(
    id: string,
    change: Pick<Rebuild, 'state' | 'detail' | 'generation' | 'updatedAtMs'>,
  ): Promise<Rebuild | null> {
    const standing = this.rebuilds.get(id);
    if (standing === undefined || hasEnded(standing)) return standing ?? null;
    const { state, detail, generation, updatedAtMs } = change;
    const changed: Rebuild = { ...standing, state, detail, generation, updatedAtMs };
    this.rebuilds.set(id, changed);
    return changed;
  }

  async get(id: string): Promise<Rebuild | null> {
    return this.rebuilds.get(id) ?? null;
  }

  async list(limit: number): Promise<readonly Rebuild[]> {
    return this.oldestFirst().reverse().slice(0, limit);
  }

  async unfinished(): Promise<readonly Rebuild[]> {
    return this.oldestFirst().filter((rebuild) => !hasEnded(rebuild));
  }

  async close(): Promise<void> {}

  /** By time of request; of the same time, by arrival. */
  private oldestFirst(): Rebuild[] {
    return [...this.rebuilds.values()].sort((a, b) => a.requestedAtMs - b.requestedAtMs);
  }
}

const hasEnded = ({ state }: Rebuild): boolean => state === 'published' || state === 'failed';
