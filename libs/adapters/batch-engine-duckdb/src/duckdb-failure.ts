import { TwofoldError } from '@twofold/core';

/** How DuckDB says that a 64-bit sum, or a term of it, does not fit. */
const OVERFLOW = /^Out of Range Error|^Conversion Error: .*out of range/;
/** How it begins what it says about files, disks and memory. */
const UNAVAILABLE = /^(IO|Out of Memory) Error/;

/** What DuckDB threw, as the port has it; what is neither overflow nor the machine's failure stays as it is. */
export function failureOf(error: unknown, view: string): unknown {
  if (error instanceof TwofoldError) return error;
  const [reason = ''] = String((error as { readonly message?: unknown } | null)?.message).split('\n');
  if (OVERFLOW.test(reason)) {
    return new TwofoldError('overflow', `a sum of ${view} leaves 64 bits: ${reason}`, undefined, { cause: error });
  }
  if (UNAVAILABLE.test(reason)) {
    return new TwofoldError('store-unavailable', `${view} cannot be computed: ${reason}`, undefined, { cause: error });
  }
  return error;
}
