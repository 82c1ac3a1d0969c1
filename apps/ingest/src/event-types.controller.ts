import { Controller, Get, Inject } from '@nestjs/common';
import { dataSchemaOf, type Catalog, type EventType } from '@twofold/core';
import { CATALOG } from './tokens.js';

/** `GET /v1/event-types`: what may be sent. */
@Controller('v1/event-types')
export class EventTypesController {
  constructor(@Inject(CATALOG) private readonly catalog: Catalog) {}

  @Get()
  list(): { readonly eventTypes: readonly unknown[] } {
    return { eventTypes: this.catalog.events.map(describe) };
  }
}

const describe = (event: EventType): unknown => ({
  type: event.type,
  version: event.version,
  dataschema: dataSchemaOf(event),
  stream: event.stream,
  description: event.description,
  fields: Object.entries(event.fields).map(([name, field]) => ({ name, ...field })),
});
