/** Time as an argument. Milliseconds since 1970. Wakes a wait early when the signal is aborted. */
export interface Clock {
  now(): number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}
