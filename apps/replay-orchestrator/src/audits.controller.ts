import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import type { ViewId } from '@twofold/core';
import { servingView, type RebuildPorts } from '@twofold/flows';
import type { AuditLedger } from '@twofold/ports';
import { presentAudit, type PresentedAudit } from './present-audit.js';
import { readLimit } from './read-limit.js';
import { AUDIT_LEDGER, REBUILD_PORTS } from './tokens.js';

type PresentedAudits = { readonly audits: readonly PresentedAudit[] };

/** `GET /v1/views/{view}/audits`, `GET /v1/audits/latest`: of the versions in service. */
@Controller('v1')
export class AuditsController {
  constructor(
    @Inject(REBUILD_PORTS) private readonly ports: Pick<RebuildPorts, 'catalog' | 'versions'>,
    @Inject(AUDIT_LEDGER) private readonly ledger: Pick<AuditLedger, 'list' | 'latest'>,
  ) {}

  /** Newest first. */
  @Get('views/:view/audits')
  async list(@Param('view') view: string, @Query('limit') limit?: string): Promise<PresentedAudits> {
    const audits = await this.ledger.list(await this.serving(view), readLimit(limit));
    return { audits: audits.map(presentAudit) };
  }

  /** The last of each view that has one. */
  @Get('audits/latest')
  async latest(): Promise<PresentedAudits> {
    const serving = this.ports.catalog.views.map(({ id }) => this.serving(id.name));
    const audits = await this.ledger.latest(await Promise.all(serving));
    return { audits: audits.map(presentAudit) };
  }

  private serving(view: string): Promise<ViewId> {
    return servingView(this.ports.versions, this.ports.catalog, view);
  }
}
