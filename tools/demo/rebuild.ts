import { setTimeout as pause } from 'node:timers/promises';

/** History is well under way by then. */
const AFTER_MS = 2_000;
const POLL_MS = 500;

type Rebuild = {
  readonly id: string;
  readonly state: string;
  readonly detail: string;
  readonly generation: number | null;
};

/** Asks for a rebuild in mid-stream, beside those on schedule; resolves with what became of it, in a line for people. */
export async function rebuildInMidStream(orchestratorUrl: string, view: string, stop: AbortSignal): Promise<string> {
  try {
    await pause(AFTER_MS, undefined, { signal: stop });
    const asked = await send(`${orchestratorUrl}/v1/views/${view}/rebuilds`, { method: 'POST', signal: stop });
    for (;;) {
      const { state, detail, generation } = await send(`${orchestratorUrl}/v1/rebuilds/${asked.id}`, { signal: stop });
      if (state === 'published') return `the rebuild asked for in mid-stream was published as generation ${generation}`;
      if (state === 'failed') return `the rebuild asked for in mid-stream failed: ${detail}`;
      await pause(POLL_MS, undefined, { signal: stop });
    }
  } catch (error) {
    return `the rebuild asked for in mid-stream: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function send(url: string, init: RequestInit): Promise<Rebuild> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`the orchestrator answered ${response.status}: ${text.slice(0, 1_000)}`);
  return JSON.parse(text) as Rebuild;
}
