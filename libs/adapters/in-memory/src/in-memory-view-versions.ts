import { impossible, isAtLeast, isOfPartitions, type OffsetVector, type ViewId } from '@twofold/core';
import type { StoredVersion, ViewVersions } from '@twofold/ports';
import type { InMemoryAuditLedger } from './in-memory-audit-ledger.js';
import type { InMemoryBatchViewStore } from './in-memory-batch-view-store.js';
import type { InMemoryBoundaries } from './in-memory-boundaries.js';

/** The meaning of the versions of views: what becomes of those that the batch views have. Each call is one step. */
export class InMemoryViewVersions implements ViewVersions {
  constructor(
    private readonly batchViews: Pick<InMemoryBatchViewStore, 'views'>,
    private readonly boundaries: Pick<InMemoryBoundaries, 'found' | 'forget'>,
    private readonly audits: Pick<InMemoryAuditLedger, 'forget'>,
  ) {}

  async list(names: readonly string[]): Promise<readonly StoredVersion[]> {
    return [...new Set(names)].sort().flatMap((name) =>
      this.batchViews.views.ofName(name).map(({ id, state, definition, events, founding, keptUntilMs }) => ({
        ...{ view: id, state, definition, events, founding, keptUntilMs },
      })),
    );
  }

  async serving(name: string): Promise<string | null> {
    return this.batchViews.views.ofName(name).find(({ state }) => state === 'serving')?.id.version ?? null;
  }

  async found(view: ViewId, founding: OffsetVector): Promise<boolean> {
    const standing = this.batchViews.views.of(view);
    if (standing?.state === 'founded') return standing.founding !== null && isSame(standing.founding, founding);
    if (standing?.state !== 'candidate') return false;
    if (!isOfPartitions(founding, standing.partitionCounts))
      impossible(`${view.name} founded at ${JSON.stringify(founding)}, with other partitions`);
    standing.state = 'founded';
    standing.founding = founding;
    this.boundaries.found(view, founding);
    return true;
  }

  async promote(view: ViewId, before: string, keptUntilMs: number): Promise<boolean> {
    const [next, last] = [this.batchViews.views.of(view), this.batchViews.views.of({ ...view, version: before })];
    if (next === undefined || last === undefined) return false;
    if (next.state === 'serving') return last.state === 'retired';
    const mayServe = (next.state === 'founded' || next.state === 'retired') && next.published > 0;
    if (last.state !== 'serving' || !mayServe) return false;
    last.state = 'retired';
    last.keptUntilMs = keptUntilMs;
    next.state = 'serving';
    next.keptUntilMs = null;
    return true;
  }

  async remove(view: ViewId): Promise<boolean> {
    const standing = this.batchViews.views.of(view);
    if (standing?.state === 'removing') return true;
    if (standing?.state !== 'founded' && standing?.state !== 'retired') return false;
    standing.state = 'removing';
    standing.keptUntilMs = null;
    return true;
  }

  async forget(view: ViewId): Promise<void> {
    const standing = this.batchViews.views.of(view);
    if (standing?.state !== 'removing') return;
    this.batchViews.views.forget(view);
    this.boundaries.forget(view);
    this.audits.forget(view);
  }
}

const isSame = (a: OffsetVector, b: OffsetVector): boolean => isAtLeast(a, b) && isAtLeast(b, a);
