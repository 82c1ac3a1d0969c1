import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { partitionsChanged, streamsOf, type Catalog } from '@twofold/core';
import { Readiness } from '@twofold/platform';
import type { EventLogAdmin } from '@twofold/ports';
import { CATALOG, EVENT_LOG_ADMIN } from './tokens.js';

/** Injects how many partitions a stream that is not there yet is made with. */
export const NEW_STREAM_PARTITIONS = Symbol('new-stream-partitions');

/** Before anything is taken in, every stream of the catalog is there. */
@Injectable()
export class EnsureStreams implements OnModuleInit {
  private readonly logger = new Logger(EnsureStreams.name);

  constructor(
    @Inject(CATALOG) private readonly catalog: Catalog,
    @Inject(EVENT_LOG_ADMIN) private readonly admin: EventLogAdmin,
    @Inject(NEW_STREAM_PARTITIONS) private readonly partitions: number,
    @Inject(Readiness) private readonly readiness: Readiness,
  ) {}

  async onModuleInit(): Promise<void> {
    for (const stream of streamsOf(this.catalog)) {
      const count = await this.admin.ensureStream(stream, this.partitions);
      this.logger.log(`stream ${stream} has ${count} partitions`);
      this.readiness.register(`stream ${stream}`, () => this.mustStand(stream, count));
    }
  }

  private async mustStand(stream: string, count: number): Promise<void> {
    const now = await this.admin.partitionCount(stream);
    if (now === null) throw new Error(`the stream ${stream} is gone`);
    if (now !== count) throw partitionsChanged(stream, count, now);
  }
}
