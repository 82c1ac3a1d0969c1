import { TwofoldError } from '@twofold/core';

/** How it begins what it says about files, disks and memory. */
const UNAVAILABLE = /^(IO|Out of Memory) Error/;

/** What DuckDB threw, as the port has it; what is not the machine's failure stays as it is: queries themselves do not fail. */
export function failureOf(error: unknown, view: string): unknown {
  if (error instanceof TwofoldError) return error;
  const [reason = ''] = String((error as { readonly message?: unknown } | null)?.message).split('\n');
  if (UNAVAILABLE.test(reason)) {
    return new TwofoldError('store-unavailable', `${view} cannot be computed: ${reason}`, undefined, { cause: error });
  }
  return error;
}
