import { Module, type DynamicModule } from '@nestjs/common';
import { envelopeReaderOf, type Catalog } from '@twofold/core';
import type { AcceptPorts } from '@twofold/flows';
import { closeAtShutdown } from '@twofold/platform';
import type { EventLogAdmin, EventLogWriter } from '@twofold/ports';
import { EnsureStreams, NEW_STREAM_PARTITIONS } from './ensure-streams.js';
import { EventTypesController } from './event-types.controller.js';
import { EventsController } from './events.controller.js';
import { ACCEPT_PORTS, CATALOG, EVENT_LOG_ADMIN, EVENT_LOG_WRITER } from './tokens.js';

/** What ingest is made of; it closes its adapters. */
export type IngestParts = {
  readonly catalog: Catalog;
  readonly writer: Pick<EventLogWriter, 'append' | 'close'>;
  readonly admin: EventLogAdmin;
  /** Of streams that are not there yet. */
  readonly newStreamPartitions: number;
};

@Module({})
export class IngestModule {
  static of({ catalog, writer, admin, newStreamPartitions }: IngestParts): DynamicModule {
    const ports: AcceptPorts = { log: writer, readEnvelope: envelopeReaderOf(catalog.events) };
    return {
      module: IngestModule,
      controllers: [EventsController, EventTypesController],
      providers: [
        { provide: CATALOG, useValue: catalog },
        { provide: EVENT_LOG_ADMIN, useValue: admin },
        { provide: EVENT_LOG_WRITER, useValue: writer },
        { provide: ACCEPT_PORTS, useValue: ports },
        { provide: NEW_STREAM_PARTITIONS, useValue: newStreamPartitions },
        EnsureStreams,
        closeAtShutdown(EVENT_LOG_ADMIN, EVENT_LOG_WRITER),
      ],
    };
  }
}
