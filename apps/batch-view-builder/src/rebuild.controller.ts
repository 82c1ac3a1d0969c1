import { randomUUID } from 'node:crypto';
import { Controller, Inject, Logger } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { controlEvent, type ControlEventData } from '@twofold/core';
import { CLOCK, CONTROL_CHANNEL, LiveViews } from '@twofold/platform';
import type { Clock, ControlChannel } from '@twofold/ports';
import { GenerationBuilder } from './generation-builder.js';

type Request = ControlEventData['view.rebuild-requested'];
type Progress = ControlEventData['view.rebuild-progressed'];

/** Builds a view's generation from all history when the control stream asks for it, and tells how it goes. */
@Controller()
export class RebuildController {
  private readonly logger = new Logger(RebuildController.name);
  /** Rebuilds under way here: one that is announced again meanwhile is not begun twice. */
  private readonly underWay = new Set<string>();

  constructor(
    @Inject(LiveViews) private readonly views: LiveViews,
    @Inject(GenerationBuilder) private readonly builder: GenerationBuilder,
    @Inject(CONTROL_CHANNEL) private readonly control: ControlChannel,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Returns at once, so that the stream is heard on. Killed in between, the orchestrator announces the request again. */
  @EventPattern('view.rebuild-requested')
  requested(@Payload() request: Request): void {
    if (this.underWay.has(request.rebuildId)) return;
    this.underWay.add(request.rebuildId);
    void this.rebuild(request).finally(() => this.underWay.delete(request.rebuildId));
  }

  private async rebuild({ rebuildId, view, version }: Request): Promise<void> {
    const tell = (state: Progress['state'], detail: string, generation: number | null): Promise<void> =>
      this.tell({ rebuildId, state, detail, generation });
    try {
      const { plan } = this.views.version(view, version);
      const { number } = await this.builder.build(plan, 'recompute', (step) => void tell('building', step, null));
      await tell('published', `generation ${number} is published`, number);
    } catch (error) {
      await tell('failed', error instanceof Error ? error.message : String(error), null);
    }
  }

  private async tell(progress: Progress): Promise<void> {
    try {
      const about = { id: randomUUID(), timeMs: this.clock.now() };
      await this.control.publish(controlEvent('view.rebuild-progressed', progress, about));
    } catch (error) {
      this.logger.warn(`progress of rebuild ${progress.rebuildId} could not be told: ${String(error)}`);
    }
  }
}
