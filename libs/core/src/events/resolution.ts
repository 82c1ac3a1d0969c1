import type { Offset } from '../answer/offset-vector.js';
import type { LogRecord } from './log-record.js';

/** What a person decides on a dead record: it is given up, or the event that it should have been takes its place. */
export type ResolutionKind = 'discard' | 'redrive';

/** A record of the partition that resolves an earlier, dead one. That of a redrive is, besides, the event. */
export type Resolution = { readonly kind: ResolutionKind; readonly target: Offset };

/** The offset that is resolved, in decimal digits. No attribute of a CloudEvent: what comes in at ingest cannot have it. */
export const RESOLVES_HEADER = 'twofold-resolves';
export const RESOLUTION_HEADER = 'twofold-resolution';

/** As many digits as an exact integer has for sure. */
const OFFSET = /^(0|[1-9]\d{0,14})$/;

/** null: it is none. `malformed`: it says that it is one, but not of what or how. */
export function resolutionOf(record: LogRecord): Resolution | 'malformed' | null {
  const target = record.has(RESOLVES_HEADER) ? record.header(RESOLVES_HEADER) : undefined;
  if (target === undefined) return null;
  const kind = record.header(RESOLUTION_HEADER);
  if (!OFFSET.test(target) || (kind !== 'discard' && kind !== 'redrive')) return 'malformed';
  return { kind, target: Number(target) };
}

export const headersOfResolution = ({ kind, target }: Resolution): readonly (readonly [string, Buffer])[] => [
  [RESOLVES_HEADER, Buffer.from(String(target))],
  [RESOLUTION_HEADER, Buffer.from(kind)],
];
