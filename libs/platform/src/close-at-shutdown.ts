import { Logger, type FactoryProvider, type InjectionToken, type OnApplicationShutdown } from '@nestjs/common';

type Closable = { close(): Promise<void> };

/** Closes what an app holds when it has stopped taking work: the last opened first, each whatever the others do. */
class CloseAtShutdown implements OnApplicationShutdown {
  private readonly logger = new Logger(CloseAtShutdown.name);

  constructor(private readonly resources: readonly Closable[]) {}

  async onApplicationShutdown(): Promise<void> {
    for (const resource of [...this.resources].reverse()) {
      try {
        await resource.close();
      } catch (error) {
        this.logger.error(error instanceof Error ? error.message : error);
      }
    }
  }
}

/** A provider that closes these (adapters, by their tokens, in the order they are opened) at the end of the app. */
export const closeAtShutdown = (...tokens: readonly InjectionToken[]): FactoryProvider => ({
  provide: Symbol('close-at-shutdown'),
  inject: [...tokens],
  useFactory: (...resources: readonly Closable[]) => new CloseAtShutdown(resources),
});
