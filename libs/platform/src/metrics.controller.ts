import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { HttpReply } from './http-reply.js';
import { Metrics } from './metrics.js';

/** `GET /metrics`, for Prometheus. */
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(Metrics) private readonly metrics: Metrics) {}

  @Get()
  text(@Res({ passthrough: true }) reply: HttpReply): Promise<string> {
    reply.header('content-type', this.metrics.contentType);
    return this.metrics.text();
  }
}
