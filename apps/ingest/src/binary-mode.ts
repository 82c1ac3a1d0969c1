import { TwofoldError } from '@twofold/core';
import type { HttpHeaders } from './http-headers.js';

const PREFIX = 'ce-';

/** CloudEvents HTTP binding 1.0, section 3.1: the attributes are headers, and the body is the data. */
export const isBinaryMode = (headers: HttpHeaders): boolean =>
  ['specversion', 'type', 'id'].some((attribute) => headers[PREFIX + attribute] !== undefined);

/**
 * The event that headers and data make, in the JSON format's form.
 * @throws TwofoldError `invalid-envelope` where a header's value is not percent-encoded UTF-8
 */
export function readBinaryMode(headers: HttpHeaders, data: unknown): Readonly<Record<string, unknown>> {
  const event: Record<string, unknown> = { datacontenttype: headers['content-type'], data };
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(PREFIX) || typeof value !== 'string') continue;
    const attribute = name.slice(PREFIX.length);
    event[attribute] = decode(attribute, value);
  }
  return event;
}

/** Section 3.1.3.2 of the binding: quotes around a value are taken off, then percent escapes are decoded. */
function decode(attribute: string, value: string): string {
  const quoted = value.length >= 2 && value.startsWith('"') && value.endsWith('"');
  const unquoted = quoted ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
  try {
    return unquoted.includes('%') ? decodeURIComponent(unquoted) : unquoted;
  } catch {
    const message = `the header ${PREFIX}${attribute} is not percent-encoded UTF-8`;
    throw new TwofoldError('invalid-envelope', message, `/${attribute}`);
  }
}
