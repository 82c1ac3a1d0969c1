import { TwofoldError } from '@twofold/core';

/** A page that a person looks through. */
export const DEFAULT_LIMIT = 20;
export const MAX_LIMIT = 100;

/** How many are asked for. @throws TwofoldError `invalid-value` */
export function readLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new TwofoldError('invalid-value', `limit must be a whole number from 1 to ${MAX_LIMIT}`, '/limit');
}
