import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { viewNamed, type Catalog } from '@twofold/core';
import type { AuditLedger } from '@twofold/ports';
import { presentAudit, type PresentedAudit } from './present-audit.js';
import { readLimit } from './read-limit.js';
import { AUDIT_LEDGER, CATALOG } from './tokens.js';

type PresentedAudits = { readonly audits: readonly PresentedAudit[] };

/** `GET /v1/views/{view}/audits`, `GET /v1/audits/latest`: of the versions in service. */
@Controller('v1')
export class AuditsController {
  constructor(
    @Inject(CATALOG) private readonly catalog: Pick<Catalog, 'views'>,
    @Inject(AUDIT_LEDGER) private readonly ledger: Pick<AuditLedger, 'list' | 'latest'>,
  ) {}

  /** Newest first. */
  @Get('views/:view/audits')
  async list(@Param('view') view: string, @Query('limit') limit?: string): Promise<PresentedAudits> {
    const audits = await this.ledger.list(viewNamed(this.catalog, view).id, readLimit(limit));
    return { audits: audits.map(presentAudit) };
  }

  /** The last of each view that has one. */
  @Get('audits/latest')
  async latest(): Promise<PresentedAudits> {
    const audits = await this.ledger.latest(this.catalog.views.map(({ id }) => id));
    return { audits: audits.map(presentAudit) };
  }
}
