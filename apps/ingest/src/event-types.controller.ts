import { Controller, Get, Inject } from '@nestjs/common';
import { dataSchemaOf, type Catalog, type EventType, type Fields } from '@twofold/core';
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
  fields: describeFields(event.fields),
});

/** In their order; a record has `fields` of its own. */
const describeFields = (fields: Fields): readonly unknown[] =>
  Object.entries(fields).map(([name, field]) =>
    field.kind === 'record' ? { name, ...field, fields: describeFields(field.fields) } : { name, ...field },
  );
