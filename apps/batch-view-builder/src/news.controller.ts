import { Controller, Inject } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { ReplayRunner } from './replay-runner.js';

/** Hears on the control stream that somebody decided something about a replay. */
@Controller()
export class NewsController {
  constructor(@Inject(ReplayRunner) private readonly runner: ReplayRunner) {}

  @EventPattern('replay.changed')
  replayChanged(_replay: unknown): void {
    this.runner.heard();
  }
}
