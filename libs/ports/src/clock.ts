/** Time as an argument. */
export interface Clock {
  /** The time of day, milliseconds since 1970: for what others are told. It jumps when somebody sets the machine's clock. */
  now(): number;
  /** Milliseconds since some moment in the life of the process. It never jumps: every wait and age in memory is measured by it. */
  elapsed(): number;
  /** Wakes early when the signal is aborted. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}
