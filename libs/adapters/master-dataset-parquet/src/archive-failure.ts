import { TwofoldError } from '@twofold/core';

/** How DuckDB begins what it says about files, disks and memory. */
const DUCKDB_FAILURE = /^(IO|Out of Memory) Error/;

/** Does work on the archive's files; where disk or memory fail it rejects as TwofoldError `store-unavailable`. */
export async function reachingFiles<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !isFailureOfFiles(error)) throw error;
    const [reason] = error.message.split('\n');
    throw new TwofoldError('store-unavailable', `the archive in ${directory} cannot be used: ${reason}`, undefined, {
      cause: error,
    });
  }
}

const isFailureOfFiles = (error: Error): boolean =>
  DUCKDB_FAILURE.test(error.message) || (error as NodeJS.ErrnoException).syscall !== undefined;
