import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Output of a contestant: some 40,000 rows of 60 characters. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const run = promisify(execFile);

/** Runs a process to its end; what the last line of its output says. */
export async function contestant<Outcome>(command: string, args: readonly string[]): Promise<Outcome> {
  const { stdout } = await run(command, [...args], { maxBuffer: MAX_OUTPUT_BYTES });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Outcome;
}
