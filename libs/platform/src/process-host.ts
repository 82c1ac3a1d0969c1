import type { Environment } from './parse-settings.js';

/** What an app's life needs of its process. */
export type ProcessHost = {
  readonly environment: Environment;
  /** Calls back at every SIGTERM and SIGINT. */
  onStop(handle: (signal: string) => void): void;
  /** A line for the person who started it. */
  tell(line: string): void;
  exit(code: number): void;
};

export const processHost: ProcessHost = {
  environment: process.env,
  onStop: (handle) => {
    process.on('SIGTERM', handle);
    process.on('SIGINT', handle);
  },
  tell: (line) => void process.stderr.write(`${line}\n`),
  exit: (code) => process.exit(code),
};
