import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { ViewPlan } from '@twofold/core';
import { auditGeneration, type AuditPorts } from '@twofold/flows';
import type { CountUp, Metrics, SetGauge } from '@twofold/platform';
import { KEPT_AUDITS, type Audit, type AuditLedger, type BatchViewStore, type Generation } from '@twofold/ports';

/** Audits that wait at most; the next is not made, for its epochs would be cleaned up before its turn. */
const MAX_WAITING = 100;

export type AuditorPorts = AuditPorts & {
  readonly batchViews: Pick<BatchViewStore, 'published'>;
  readonly ledger: Pick<AuditLedger, 'list'>;
};

/**
 * Audits generations one after the other, beside the builds: each as it is published, and at start those that were
 * published and not audited, since the builder was killed in between.
 */
export class GenerationAuditor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(GenerationAuditor.name);
  private readonly stopping = new AbortController();
  private readonly countAudits: CountUp<'view' | 'state'>;
  private readonly setDriftedRows: SetGauge<'view' | 'version'>;
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(
    private readonly ports: AuditorPorts,
    /** Those that generations are published of, as they are now. */
    private readonly views: () => readonly ViewPlan[],
    metrics: Metrics,
  ) {
    this.countAudits = metrics.counter('twofold_audits_total', 'Audits of generations, by what came of them.', [
      'view',
      'state',
    ]);
    this.setDriftedRows = metrics.gauge(
      'twofold_audit_drifted_rows',
      'Rows that batch and speed layer did not agree on in the last generation that could be compared.',
      ['view', 'version'],
    );
  }

  onApplicationBootstrap(): void {
    this.queue(() => this.catchUp());
  }

  /** What is under way is given up where it waits, and made at the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.last;
  }

  audit(plan: ViewPlan, generation: Generation): void {
    if (this.waiting >= MAX_WAITING) {
      this.logger.error(`generation ${generation.number} of ${plan.id.name} is not audited: too many wait already`);
      return;
    }
    this.queue(async () => {
      const audit = await auditGeneration(this.ports, plan, generation, this.stopping.signal);
      if (audit !== null) this.tell(audit);
    });
  }

  private queue(work: () => Promise<void>): void {
    this.waiting += 1;
    this.last = this.last
      .then(() => (this.stopping.signal.aborted ? undefined : work()))
      .catch((error: unknown) => this.logger.error(error))
      .finally(() => (this.waiting -= 1));
  }

  private async catchUp(): Promise<void> {
    for (const plan of this.views()) {
      const audits = await this.ports.ledger.list(plan.id, KEPT_AUDITS);
      const compared = audits.find(({ state }) => state !== 'not-comparable');
      if (compared !== undefined) this.measure(compared);
      const published = await this.ports.batchViews.published(plan.id);
      if (published !== null && published.number > (audits[0]?.generation ?? 0)) this.audit(plan, published);
    }
  }

  private tell(audit: Audit): void {
    const { view, generation, state, reason, comparedRows, driftedRows } = audit;
    this.countAudits({ view: view.name, state });
    this.measure(audit);
    const name = `generation ${generation} of ${view.name}`;
    if (state === 'same') this.logger.debug(`${name} is what its epochs make of the one before: ${comparedRows} rows`);
    else if (state === 'not-comparable') this.logger.warn(`${name} could not be audited: ${reason}`);
    else this.logger.error(`${name} has drifted: ${driftedRows} of ${comparedRows} rows ${driftOf(audit)}`);
  }

  /** What could not be compared says nothing: the last drift that is known stays. */
  private measure({ view, state, driftedRows }: Audit): void {
    if (state !== 'not-comparable') this.setDriftedRows({ view: view.name, version: view.version }, driftedRows);
  }
}

const driftOf = ({ onlyRolledForward, onlyRecomputed, driftByMeasure }: Audit): string =>
  JSON.stringify({ onlyRolledForward, onlyRecomputed, driftByMeasure });
