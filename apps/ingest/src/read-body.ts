import type { HttpHeaders } from './http-headers.js';
import { isUtf8 } from 'node:buffer';
import { TwofoldError } from '@twofold/core';
import { isBinaryMode, readBinaryMode } from './binary-mode.js';
import { bodyKindOf } from './content-types.js';
import { MAX_BATCH_EVENTS } from './limits.js';

/** The events of one request, not yet checked. `batch`: pointers begin with the event's index. */
export type Inputs = { readonly events: readonly unknown[]; readonly batch: boolean };

/**
 * The events in a body of JSON: one (structured or binary mode), or an array of them.
 * @throws TwofoldError `malformed-json`, `batch-too-large`, `invalid-envelope`
 */
export function readBody(headers: HttpHeaders, body: Buffer): Inputs {
  const content = parseJson(body);
  const kind = bodyKindOf(headers['content-type'] as string | undefined);
  if (kind === 'json' && isBinaryMode(headers)) return { events: [readBinaryMode(headers, content)], batch: false };
  if (!Array.isArray(content)) {
    if (kind === 'batch') throw new TwofoldError('invalid-envelope', 'a batch is a JSON array of events', '');
    return { events: [content], batch: false };
  }
  if (content.length > MAX_BATCH_EVENTS) {
    const message = `a batch has at most ${MAX_BATCH_EVENTS} events, this one has ${content.length}`;
    throw new TwofoldError('batch-too-large', message, '');
  }
  return { events: content as unknown[], batch: true };
}

/** @throws TwofoldError `malformed-json` */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new TwofoldError('malformed-json', 'it is not UTF-8 text');
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw new TwofoldError('malformed-json', `it is not JSON: ${(error as Error).message}`);
  }
}
