import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ANNOUNCE_AFTER_MS, announceUnfinished, type RebuildPorts } from '@twofold/flows';
import { REBUILD_PORTS } from './tokens.js';

/** How often the ledger is looked through for rebuilds of which nothing is heard, milliseconds. */
const LOOK_EVERY_MS = 5_000;

/** While the app runs, unfinished rebuilds are announced again: all of them at start, later those that are quiet. */
@Injectable()
export class Announcer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Announcer.name);
  private readonly stop = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(@Inject(REBUILD_PORTS) private readonly ports: RebuildPorts) {}

  onApplicationBootstrap(): void {
    this.running = this.run(this.stop.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async run(signal: AbortSignal): Promise<void> {
    for (let quietForMs = 0; !signal.aborted; quietForMs = ANNOUNCE_AFTER_MS) {
      try {
        const count = await announceUnfinished(this.ports, quietForMs);
        if (count > 0) this.logger.log(`announced ${count} unfinished rebuilds again`);
      } catch (error) {
        this.logger.warn(`unfinished rebuilds could not be announced: ${(error as Error).message}`);
      }
      await this.ports.clock.wait(LOOK_EVERY_MS, signal);
    }
  }
}
