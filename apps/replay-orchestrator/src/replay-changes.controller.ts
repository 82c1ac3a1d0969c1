import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { ControlEventData } from '@twofold/core';
import { ReplayRounds } from './replay-rounds.js';

/** Hears that something was decided or found about a replay. */
@Controller()
export class ReplayChangesController {
  constructor(@Inject(ReplayRounds) private readonly rounds: ReplayRounds) {}

  @EventPattern('replay.changed')
  changed(@Payload() _change: ControlEventData['replay.changed']): void {
    this.rounds.hasten();
  }
}
