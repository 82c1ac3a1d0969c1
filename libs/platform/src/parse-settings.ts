import { TwofoldError } from '@twofold/core';
import type { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * An app's settings from the environment, once, at start. An empty variable counts as not set.
 * Values never stand in an error: they may be secret.
 *
 * @throws TwofoldError `invalid-configuration` whose message lists every problem, one a line
 */
export function parseSettings<Settings>(schema: z.ZodType<Settings>, environment: Environment): Settings {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== '' && value !== undefined),
  );
  const outcome = schema.safeParse(given);
  const problems = outcome.success
    ? []
    : outcome.error.issues.map((issue) => `${issue.path.join('.') || 'settings'} ${issue.message}`);
  const open = openProblem(given);
  if (open !== null) problems.push(open);
  if (outcome.success && problems.length === 0) return outcome.data;
  throw new TwofoldError('invalid-configuration', problems.join('\n'));
}

/** There is no authentication yet, so who can reach an app may do everything. */
function openProblem(environment: Environment): string | null {
  const host = environment['HOST'] ?? 'localhost';
  if (isLoopback(host) || environment['TWOFOLD_ALLOW_OPEN'] === 'true') return null;
  return (
    `HOST ${JSON.stringify(host)} can be reached from other machines, and there is no authentication: whoever reaches it ` +
    'may read and write everything. Where the network keeps others out, say so with TWOFOLD_ALLOW_OPEN=true'
  );
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
