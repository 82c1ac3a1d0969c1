import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';
import type { EventType } from './event-type.js';

/**
 * Names all that a version of an event's data means: its fields, how they are made of the version before, and the stream.
 * Descriptions and the order of fields are not among it. SHA-256 in 64 hex digits. A published version keeps it for ever.
 */
export const schemaHashOf = ({ type, version, stream, fields, upcast }: EventType): string =>
  createHash('sha256').update(canonicalJson({ type, version, stream, fields, upcast })).digest('hex');
