import type { EventType } from '../events/event-type.js';
import { checkFields } from '../events/check-fields.js';
import { checkReading, uniqueNames } from '../views/check-view.js';
import type { ProjectionDefinition } from '../views/view-definition.js';
import { refusalOf, tokenOf } from '../views/view-problem.js';

/** The one dimension of a projection. */
export const SUBJECT = 'subject';

/** @throws TwofoldError `invalid-view-definition`, with a pointer to the first thing that is wrong */
export function checkProjection(definition: ProjectionDefinition, events: readonly EventType[]): void {
  const { name, version, from, measures, source } = definition;
  const refuse = refusalOf(name);
  checkReading(definition, events, refuse);
  if (!Number.isSafeInteger(version) || version < 1) refuse('a version is a whole number from 1', '/version');
  const elsewhere = from.findIndex(({ stream }) => stream !== from[0]?.stream);
  if (elsewhere >= 0)
    refuse(
      'its events stand on several streams, and events of one subject have an order on one stream only',
      `/from/${elsewhere}`,
    );
  const checkName = uniqueNames(refuse);
  checkName(SUBJECT, '/measures');
  for (const { name: measure, field } of measures) {
    const pointer = `/measures/${tokenOf(measure)}`;
    checkName(measure, pointer);
    if (!isScalar(field.kind)) refuse(`a measure is a single value, this is a ${String(field.kind)}`, pointer);
    checkFields({ [measure]: field }, (message) => refuse(message, pointer));
  }
  for (const [what, text] of Object.entries(source))
    if (text.includes('[native code]')) refuse('its text cannot be seen: give the function itself', `/${what}`);
}

const isScalar = (kind: string): boolean => kind !== 'list' && kind !== 'record';
