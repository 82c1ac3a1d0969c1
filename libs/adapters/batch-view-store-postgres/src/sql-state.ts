/** SQLSTATEs: the table is not there (any more); a lock was not to be had in time. */
export const UNDEFINED_TABLE = '42P01';
export const LOCK_NOT_AVAILABLE = '55P03';

/** Of an error of pg; anything else has none. */
export const sqlStateOf = (error: unknown): unknown => (error as { readonly code?: unknown } | null)?.code;

/** Longest wait for readers to leave a table that is to be dropped, ms: new readers queue behind it. */
export const DROP_WAIT_MS = 2_000;
