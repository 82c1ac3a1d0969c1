import { setTimeout as pause } from 'node:timers/promises';
import { catalog } from '@twofold/catalog';
import type { PlainAnswer } from '../demo/gateway.ts';
import type { World } from './world.ts';

/** How long the platform may take to be whole again after the last fault, all views rebuilt and published. */
const SETTLE_MS = 240_000;
/** Longer than any bound of the apps' own. */
const ANSWER_MS = 30_000;
const POLL_MS = 200;

export type Settled = { readonly violations: readonly string[]; readonly tookMs: number };

/** After the last fault every view comes to the end of the log, and a generation of all of it can be published. */
export async function settle(world: World, interrupted: AbortSignal): Promise<Settled> {
  const beganAtMs = Date.now();
  const within = { untilMs: beganAtMs + SETTLE_MS, interrupted };
  const violations: string[] = [];
  const gateway = world.urlOf('serving-gateway');
  for (const { id } of catalog.views) {
    const isWhole = async (): Promise<string | null> => {
      const answer = await json<PlainAnswer>(`${gateway}/v1/views/${id.name}/rows?limit=1`);
      const isAtEnd = answer.answer?.freshness.lagEvents === 0 && !answer.answer.catchingUp;
      return isAtEnd ? null : JSON.stringify(answer);
    };
    violations.push(...(await waitFor(within, `${id.name} is at the end of the log`, isWhole)));
    violations.push(...(await rebuilt(within, world, id.name)));
  }
  return { violations, tookMs: Date.now() - beganAtMs };
}

async function rebuilt(within: Within, world: World, view: string): Promise<readonly string[]> {
  const orchestrator = world.urlOf('replay-orchestrator');
  let id: string | null = null;
  return waitFor(within, `a rebuild of ${view} is published`, async () => {
    if (id === null) {
      const asked = await json<{ id?: string }>(`${orchestrator}/v1/views/${view}/rebuilds`, { method: 'POST' });
      id = asked.id ?? null;
      return JSON.stringify(asked);
    }
    const rebuild = await json<{ state?: string }>(`${orchestrator}/v1/rebuilds/${id}`);
    if (rebuild.state === 'failed') id = null;
    return rebuild.state === 'published' ? null : JSON.stringify(rebuild);
  });
}

const json = async <T>(url: string, init: RequestInit = {}): Promise<Partial<T>> =>
  (await (await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_MS) })).json()) as Partial<T>;

type Within = { readonly untilMs: number; readonly interrupted: AbortSignal };

/** Looks until `look` has nothing more to say; what it said last is the violation. */
async function waitFor(
  { untilMs, interrupted }: Within,
  what: string,
  look: () => Promise<string | null>,
): Promise<readonly string[]> {
  for (;;) {
    const still = await look().catch((error: unknown) => String(error));
    if (still === null) return [];
    if (Date.now() > untilMs || interrupted.aborted)
      return [`${what}: not within ${SETTLE_MS / 1000} s; at last ${still}`];
    await pause(POLL_MS);
  }
}
