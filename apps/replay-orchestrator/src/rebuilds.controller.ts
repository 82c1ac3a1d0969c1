import { Controller, Get, HttpCode, HttpStatus, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { TwofoldError } from '@twofold/core';
import { requestRebuild, type RebuildPorts } from '@twofold/flows';
import type { HttpReply } from '@twofold/platform';
import { presentRebuild, type PresentedRebuild } from './present-rebuild.js';
import { readLimit } from './read-limit.js';
import { REBUILD_PORTS } from './tokens.js';

/** `POST /v1/views/{view}/rebuilds`, `GET /v1/rebuilds…` */
@Controller('v1')
export class RebuildsController {
  constructor(@Inject(REBUILD_PORTS) private readonly ports: RebuildPorts) {}

  @Post('views/:view/rebuilds')
  @HttpCode(HttpStatus.ACCEPTED)
  async request(@Param('view') view: string, @Res({ passthrough: true }) reply: HttpReply): Promise<PresentedRebuild> {
    const rebuild = await requestRebuild(this.ports, view);
    reply.header('location', `/v1/rebuilds/${rebuild.id}`);
    return presentRebuild(rebuild);
  }

  /** Newest first. */
  @Get('rebuilds')
  async list(@Query('limit') limit?: string): Promise<{ readonly rebuilds: readonly PresentedRebuild[] }> {
    const rebuilds = await this.ports.ledger.list(readLimit(limit));
    return { rebuilds: rebuilds.map(presentRebuild) };
  }

  @Get('rebuilds/:id')
  async get(@Param('id') id: string): Promise<PresentedRebuild> {
    const rebuild = await this.ports.ledger.get(id);
    if (rebuild === null) throw new TwofoldError('not-found', `there is no rebuild ${JSON.stringify(id)}`);
    return presentRebuild(rebuild);
  }
}
