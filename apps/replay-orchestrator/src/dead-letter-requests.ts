import type { Offset, Partition } from '@twofold/core';
import { MAX_RESOLVED_AT_ONCE, type Decision } from '@twofold/flows';
import type { DeadLetterFilter } from '@twofold/ports';
import { z } from 'zod';
import { DEFAULT_LIMIT } from './read-limit.js';
import { decision as decisionFields, limit, read } from './read-request.js';

export type DeadLetterPlace = Partition & { readonly offset: Offset };

const name = z.string().min(1);
const offset = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})$/, 'must be a whole number')
  .transform(Number);
const partition = z
  .string()
  .regex(/^(0|[1-9]\d{0,8})$/, 'must be a whole number')
  .transform(Number);
const code = z.enum(['unreadable', 'invalid-data', 'held-overflow']);
const cursor = z.string().transform((encoded, context): DeadLetterPlace => {
  const place = cursorContent.safeParse(decodedJson(encoded));
  if (place.success) return { stream: place.data[0], partition: place.data[1], offset: place.data[2] };
  context.addIssue({ code: 'custom', message: 'is no cursor' });
  return z.NEVER;
});
const cursorContent = z.tuple([name, z.int().min(0), z.int().min(0)]);

const place = z.object({ stream: name, partition, offset });
const list = z.object({
  stream: name.optional(),
  state: z.enum(['open', 'resolved']).optional(),
  code: code.optional(),
  reason: z.string().optional(),
  limit: limit.default(DEFAULT_LIMIT),
  cursor: cursor.optional(),
});
const groups = list.pick({ stream: true, limit: true });
const decision = z.object(decisionFields);
const redrive = decision.extend({ event: z.unknown().optional() });
const alike = decision.extend({
  ...{ stream: name, code, reason: z.string(), resolution: z.enum(['redrive', 'discard']) },
  limit: z.int().min(1).max(MAX_RESOLVED_AT_ONCE).default(MAX_RESOLVED_AT_ONCE),
  cursor: cursor.nullish(),
});

export const readPlace = (parameters: unknown): DeadLetterPlace => read(place, parameters);

export function readList(query: unknown): {
  readonly filter: DeadLetterFilter;
  readonly after: DeadLetterPlace | null;
  readonly limit: number;
} {
  const { stream = null, state = null, code = null, reason = null, limit, cursor = null } = read(list, query);
  return { filter: { stream, state, code, reason }, after: cursor, limit };
}

export function readGroups(query: unknown): { readonly stream: string | null; readonly limit: number } {
  const { stream = null, limit } = read(groups, query);
  return { stream, limit };
}

export function readDecision(kind: Decision['kind'], body: unknown): Decision {
  const { by, note = null } = read(decision, body);
  return { kind, by, note };
}

/** `event` undefined: the record as it is. */
export function readRedrive(body: unknown): { readonly decision: Decision; readonly event: unknown } {
  const { by, note = null, event } = read(redrive, body);
  return { decision: { kind: 'redrive', by, note }, event };
}

export function readAlike(body: unknown): {
  readonly alike: Omit<DeadLetterFilter, 'state'>;
  readonly after: DeadLetterPlace | null;
  readonly limit: number;
  readonly decision: Decision;
} {
  const { stream, code, reason, resolution, by, note = null, limit, cursor = null } = read(alike, body);
  return { alike: { stream, code, reason }, after: cursor, limit, decision: { kind: resolution, by, note } };
}

export const cursorOf = ({ stream, partition, offset }: DeadLetterPlace): string =>
  Buffer.from(JSON.stringify([stream, partition, offset])).toString('base64url');

function decodedJson(encoded: string): unknown {
  try {
    return JSON.parse(Buffer.from(encoded, 'base64url').toString());
  } catch {
    return null;
  }
}
