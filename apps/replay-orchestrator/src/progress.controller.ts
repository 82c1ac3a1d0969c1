import { Controller, Inject, Logger } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { ControlEventData } from '@twofold/core';
import { noteProgress, type RebuildPorts } from '@twofold/flows';
import { REBUILD_PORTS } from './tokens.js';

/** Hears from the builders how far rebuilds are. */
@Controller()
export class ProgressController {
  private readonly logger = new Logger(ProgressController.name);

  constructor(@Inject(REBUILD_PORTS) private readonly ports: RebuildPorts) {}

  @EventPattern('view.rebuild-progressed')
  async progressed(@Payload() progress: ControlEventData['view.rebuild-progressed']): Promise<void> {
    const rebuild = await noteProgress(this.ports, progress);
    if (rebuild === null) this.logger.warn(`nobody here asked for rebuild ${progress.rebuildId}, which is told of`);
    else this.logger.log(`rebuild ${rebuild.id} of ${rebuild.view.name} is ${rebuild.state}: ${rebuild.detail}`);
  }
}
