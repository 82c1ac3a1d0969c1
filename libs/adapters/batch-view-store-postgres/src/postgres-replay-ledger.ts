import { TwofoldError } from '@twofold/core';
import { isConstraintViolation, reachingStore, type Metadata } from '@twofold/metadata';
import type { Rebuild, RebuildState, ReplayLedger } from '@twofold/ports';

const UNFINISHED: RebuildState[] = ['requested', 'building'];

type RebuildRecord = NonNullable<Awaited<ReturnType<Metadata['prisma']['rebuild']['findUnique']>>>;

/** Requests to rebuild, a row each. The metadata is the caller's: `close` leaves it open. */
export class PostgresReplayLedger implements ReplayLedger {
  constructor(private readonly metadata: Metadata) {}

  add({ view, requestedAtMs, updatedAtMs, ...rebuild }: Rebuild): Promise<void> {
    return reachingStore(async () => {
      try {
        await this.rebuilds.create({
          data: {
            ...rebuild,
            viewName: view.name,
            viewVersion: view.version,
            requestedAt: new Date(requestedAtMs),
            updatedAt: new Date(updatedAtMs),
          },
        });
      } catch (error) {
        if (!isConstraintViolation(error)) throw error;
        throw new TwofoldError('conflict', `there is a rebuild ${rebuild.id} already`);
      }
    });
  }

  update(
    id: string,
    { state, detail, generation, updatedAtMs }: Pick<Rebuild, 'state' | 'detail' | 'generation' | 'updatedAtMs'>,
  ): Promise<Rebuild | null> {
    return reachingStore(async () => {
      // One statement with the condition in it: of two at once, the second sees what the first made of it.
      await this.rebuilds.updateMany({
        where: { id, state: { in: UNFINISHED } },
        data: { state, detail, generation, updatedAt: new Date(updatedAtMs) },
      });
      return this.get(id);
    });
  }

  get(id: string): Promise<Rebuild | null> {
    return reachingStore(async () => {
      const record = await this.rebuilds.findUnique({ where: { id } });
      return record === null ? null : rebuildOf(record);
    });
  }

  list(limit: number): Promise<readonly Rebuild[]> {
    return reachingStore(async () => {
      const records = await this.rebuilds.findMany({
        orderBy: [{ requestedAt: 'desc' }, { sequence: 'desc' }],
        take: limit,
      });
      return records.map(rebuildOf);
    });
  }

  unfinished(): Promise<readonly Rebuild[]> {
    return reachingStore(async () => {
      const records = await this.rebuilds.findMany({
        where: { state: { in: UNFINISHED } },
        orderBy: [{ requestedAt: 'asc' }, { sequence: 'asc' }],
      });
      return records.map(rebuildOf);
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private get rebuilds() {
    return this.metadata.prisma.rebuild;
  }
}

const rebuildOf = (record: RebuildRecord): Rebuild => ({
  id: record.id,
  view: { name: record.viewName, version: record.viewVersion },
  state: record.state as RebuildState,
  detail: record.detail,
  generation: record.generation,
  requestedAtMs: record.requestedAt.getTime(),
  updatedAtMs: record.updatedAt.getTime(),
});
