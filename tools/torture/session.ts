import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { PlainAnswer } from '../demo/gateway.ts';

/** What one poll was answered: rows with their position, a refusal with its code, or nothing (the gateway was not there). */
export type Poll =
  | {
      readonly kind: 'answer';
      readonly session: string;
      readonly view: string;
      readonly atMs: number;
      readonly answer: PlainAnswer;
    }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'unanswered' };

const EVERY_MS = 500;
/** Longer than any bound of the gateway's own. */
const PATIENCE_MS = 60_000;

export type SessionCounts = {
  answered: number;
  caughtUp: number;
  unanswered: number;
  readonly refused: Map<string, number>;
};

/**
 * One reader of one view: polls all rows and writes every answer down, a line each, until stopped. With tokens it asks for
 * at least the position that it saw last, as sessions do that must never go back.
 */
export async function runSession(
  { name, view, withTokens }: { readonly name: string; readonly view: string; readonly withTokens: boolean },
  gatewayUrl: string,
  file: string,
  stop: AbortSignal,
): Promise<SessionCounts> {
  const counts: SessionCounts = { answered: 0, caughtUp: 0, unanswered: 0, refused: new Map() };
  let token: string | null = null;
  while (!stop.aborted) {
    const poll = await ask(name, view, gatewayUrl, token);
    switch (poll.kind) {
      case 'answer':
        counts.answered += 1;
        if (!poll.answer.answer.catchingUp) counts.caughtUp += 1;
        if (withTokens) token = poll.answer.answer.position;
        appendFileSync(file, `${JSON.stringify(poll)}\n`);
        break;
      case 'refused':
        counts.refused.set(poll.code, (counts.refused.get(poll.code) ?? 0) + 1);
        break;
      case 'unanswered':
        counts.unanswered += 1;
        break;
    }
    await pause(EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  return counts;
}

async function ask(session: string, view: string, gatewayUrl: string, token: string | null): Promise<Poll> {
  const query = new URLSearchParams({ limit: '10000', ...(token === null ? {} : { atLeast: token, waitMs: '1000' }) });
  try {
    const response = await fetch(`${gatewayUrl}/v1/views/${view}/rows?${query.toString()}`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const body = (await response.json()) as PlainAnswer & { readonly code?: string };
    if (response.ok) return { kind: 'answer', session, view, atMs: Date.now(), answer: body };
    return { kind: 'refused', code: body.code ?? `${response.status} without a code` };
  } catch {
    return { kind: 'unanswered' };
  }
}
