import { Controller, Get, HttpStatus, Inject, Res } from '@nestjs/common';
import type { HttpReply } from './http-reply.js';
import { Readiness } from './readiness.js';

/** For probes: is it alive, has it started, is it of use. Never cached, never logged. */
@Controller('health')
export class HealthController {
  constructor(@Inject(Readiness) private readonly readiness: Readiness) {}

  @Get('live')
  live(): { readonly status: 'live' } {
    return { status: 'live' };
  }

  @Get('started')
  started(@Res({ passthrough: true }) reply: HttpReply): { readonly status: 'started' | 'starting' } {
    if (!this.readiness.started) reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    return { status: this.readiness.started ? 'started' : 'starting' };
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: HttpReply): Promise<{
    readonly status: 'ready' | 'not-ready';
    readonly checks: Readonly<Record<string, 'ok' | string>>;
  }> {
    const { ready, checks } = await this.readiness.report();
    if (!ready) reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    const told = Object.entries(checks).map(([name, reason]) => [name, reason ?? 'ok'] as const);
    return { status: ready ? 'ready' : 'not-ready', checks: Object.fromEntries(told) };
  }
}
