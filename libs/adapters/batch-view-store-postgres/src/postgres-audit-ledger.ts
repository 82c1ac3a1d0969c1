import type { ViewId } from '@twofold/core';
import { reachingStore, type Metadata } from '@twofold/metadata';
import { KEPT_AUDITS, type Audit, type AuditLedger, type AuditState, type DriftSample } from '@twofold/ports';

type AuditRecord = NonNullable<Awaited<ReturnType<Metadata['prisma']['audit']['findUnique']>>>;

/** Audits, a row each. The metadata is the caller's: `close` leaves it open. */
export class PostgresAuditLedger implements AuditLedger {
  constructor(private readonly metadata: Metadata) {}

  /** The audit, then its history's end. Killed in between, one more row stands, which the next audit of the view removes. */
  add({ view, checkedAtMs, driftByMeasure, samples, ...audit }: Audit): Promise<void> {
    return reachingStore(async () => {
      await this.audits.create({
        data: {
          ...audit,
          ...whereOf(view),
          checkedAt: new Date(checkedAtMs),
          driftByMeasure,
          samples: samples as unknown as object[],
        },
      });
      const [beyond] = await this.audits.findMany({ ...lastOf(view), skip: KEPT_AUDITS, take: 1 });
      if (beyond === undefined) return;
      await this.audits.deleteMany({ where: { ...whereOf(view), sequence: { lte: beyond.sequence } } });
    });
  }

  list(view: ViewId, limit: number): Promise<readonly Audit[]> {
    return reachingStore(async () => (await this.audits.findMany({ ...lastOf(view), take: limit })).map(auditOf));
  }

  async latest(views: readonly ViewId[]): Promise<readonly Audit[]> {
    return (await Promise.all(views.map((view) => this.list(view, 1)))).flat();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private get audits() {
    return this.metadata.prisma.audit;
  }
}

const whereOf = ({ name, version }: ViewId) => ({ viewName: name, viewVersion: version });

const lastOf = (view: ViewId) => ({ where: whereOf(view), orderBy: { sequence: 'desc' } }) as const;

/** Counts are safe integers: they were when they were written. */
const auditOf = (record: AuditRecord): Audit => ({
  view: { name: record.viewName, version: record.viewVersion },
  generation: record.generation,
  checkedAtMs: record.checkedAt.getTime(),
  state: record.state as AuditState,
  reason: record.reason,
  comparedRows: Number(record.comparedRows),
  driftedRows: Number(record.driftedRows),
  onlyRolledForward: Number(record.onlyRolledForward),
  onlyRecomputed: Number(record.onlyRecomputed),
  driftByMeasure: record.driftByMeasure as Readonly<Record<string, number>>,
  samples: record.samples as unknown as readonly DriftSample[],
});
