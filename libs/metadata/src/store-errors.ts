import { TwofoldError } from '@twofold/core';

/** Of the system, of pg and of Prisma: the server is not there, or the connection to it was lost. */
const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
]);
/**
 * SQLSTATE classes: 08 connection, 28 the user is not let in, 3D no such database, 53 no room, 57 the operator or a
 * timeout ended it, 58 the system; 25P03/25P04 the server ended a long transaction, 25006 it is a standby that takes no writes yet, 55P03 a lock was not to be had in time.
 */
const UNAVAILABLE_STATE = /^(08|28|3D|53|57|58)...$|^25P0[34]$|^25006$|^55P03$/;
/** What pg says without a code. */
const CONNECTION_MESSAGE =
  /Connection terminated|Client was closed|connection timeout|exceeded when trying to connect|Query read timeout|not queryable|pool after calling end/i;
/** SQLSTATE class 23, and what Prisma makes of it: unique, foreign key, check. */
const CONSTRAINT_CODES = /^23...$|^P200[234]$/;
/** How deep errors are wrapped in each other: Prisma's in the adapter's in pg's, and no cycle. */
const MAX_CAUSES = 8;

type Coded = { readonly code?: unknown; readonly message?: unknown };

/** Does the work; what fails because the store is not there or too slow rejects as TwofoldError `store-unavailable`. */
export async function reachingStore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TwofoldError || !isUnavailable(error)) throw error;
    throw new TwofoldError('store-unavailable', `Postgres does not answer: ${messageOf(error)}`, undefined, {
      cause: error,
    });
  }
}

/** Whether a statement was refused by a unique key, a foreign key or a check, be it said by pg or by Prisma. */
export const isConstraintViolation = (error: unknown): boolean =>
  causesOf(error).some(({ code }) => typeof code === 'string' && CONSTRAINT_CODES.test(code));

const isUnavailable = (error: unknown): boolean =>
  causesOf(error).some(
    ({ code, message }) =>
      (typeof code === 'string' && (CONNECTION_CODES.has(code) || UNAVAILABLE_STATE.test(code))) ||
      (typeof message === 'string' && CONNECTION_MESSAGE.test(message)),
  );

/** The innermost message that says something: an AggregateError of several addresses has none itself. */
const messageOf = (error: unknown): string =>
  causesOf(error)
    .map(({ message }) => message)
    .filter((message): message is string => typeof message === 'string' && message !== '')
    .at(-1) ?? String(error);

/** The error and what it wraps, outermost first. */
function causesOf(error: unknown): readonly Coded[] {
  const found: Coded[] = [];
  const waiting: unknown[] = [error];
  while (waiting.length > 0 && found.length < MAX_CAUSES) {
    const next = waiting.shift();
    if (next === null || typeof next !== 'object') continue;
    const { cause, errors, meta, originalCode } = next as Record<string, unknown>;
    found.push(next as Coded);
    if (typeof originalCode === 'string') found.push({ code: originalCode });
    waiting.push(cause, (meta as Record<string, unknown> | undefined)?.['driverAdapterError']);
    if (Array.isArray(errors)) waiting.push(...(errors as unknown[]));
  }
  return found;
}
