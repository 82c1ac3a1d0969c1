import type { ViewId } from '@twofold/core';
import { KEPT_AUDITS, type Audit, type AuditLedger } from '@twofold/ports';

/** The meaning of an audit ledger, in a map. */
export class InMemoryAuditLedger implements AuditLedger {
  /** By view version, the last added first. */
  private readonly audits = new Map<string, readonly Audit[]>();

  async add(audit: Audit): Promise<void> {
    const before = this.of(audit.view);
    this.audits.set(nameOf(audit.view), [audit, ...before].slice(0, KEPT_AUDITS));
  }

  async list(view: ViewId, limit: number): Promise<readonly Audit[]> {
    return this.of(view).slice(0, limit);
  }

  async latest(views: readonly ViewId[]): Promise<readonly Audit[]> {
    return views.flatMap((view) => this.of(view).slice(0, 1));
  }

  /** Those of a version that is removed. */
  forget(view: ViewId): void {
    this.audits.delete(nameOf(view));
  }

  async close(): Promise<void> {}

  private of(view: ViewId): readonly Audit[] {
    return this.audits.get(nameOf(view)) ?? [];
  }
}

const nameOf = ({ name, version }: ViewId): string => `${name}/${version}`;
