import { setTimeout as pause } from 'node:timers/promises';
import { TwofoldError } from '@twofold/core';

/** Pauses between attempts, milliseconds: from the first, doubling, up to the last, so that a broker's restart is met soon. */
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 1_000;

/**
 * Tries until it works, for at most `boundMs`; then rejects with `log-unavailable` and the last cause. A TwofoldError of
 * an attempt is final. When the signal is aborted it rejects at the next pause.
 */
export async function retryUntilUnavailable<T>(
  what: string,
  boundMs: number,
  attempt: (attemptNumber: number) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const deadline = performance.now() + boundMs;
  for (let n = 0, pauseMs = FIRST_PAUSE_MS; ; n++, pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS)) {
    try {
      return await attempt(n);
    } catch (cause) {
      if (cause instanceof TwofoldError) throw cause;
      if (signal?.aborted || performance.now() + pauseMs >= deadline) throw unavailable(what, cause);
      await pause(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    }
  }
}

export function unavailable(what: string, cause: unknown): TwofoldError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TwofoldError('log-unavailable', `${what}: Kafka did not answer in time (${reason})`, undefined, { cause });
}
