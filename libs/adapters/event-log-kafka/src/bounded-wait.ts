import { deferred } from './deferred.js';

/** The work's result, or null as soon as the signal is aborted; the work then ends by itself, unheard. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | null> {
  if (signal === undefined) return work;
  const { promise, resolve } = deferred<null>();
  const onAbort = (): void => resolve(null);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The work's result; rejects when it takes longer. The work goes on unheard. */
export async function withinMs<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise, reject } = deferred<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${Math.round(ms)} ms`)), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
