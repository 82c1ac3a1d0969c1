import { TwofoldError } from '@twofold/core';

/** How DuckDB begins what it says about files, disks and memory. */
const DUCKDB_FAILURE = /^(IO|Out of Memory) Error/;

/** Does work on the archive's files; where disk or memory fail it rejects as TwofoldError `store-unavailable`. */
export async function reachingFiles<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureOf(directory, error);
  }
}

/** As {@link reachingFiles}, of what is read bit by bit. */
export async function* reachedFiles<T>(directory: string, items: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  try {
    yield* items;
  } catch (error) {
    throw failureOf(directory, error);
  }
}

function failureOf(directory: string, error: unknown): unknown {
  const { message, syscall } = error as { readonly message?: unknown; readonly syscall?: unknown };
  const [reason = ''] = String(message).split('\n');
  if (error instanceof TwofoldError || (syscall === undefined && !DUCKDB_FAILURE.test(reason))) return error;
  return new TwofoldError('store-unavailable', `the archive in ${directory} cannot be used: ${reason}`, undefined, {
    cause: error,
  });
}
