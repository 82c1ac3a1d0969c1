import { parentPort, type MessagePort } from 'node:worker_threads';
import { TwofoldError, impossible } from '@twofold/core';
import type { PartitionFolds } from './partition-folds.js';
import type { FoldAnswer, ThreadRequest } from './thread-messages.js';

/** Chunks of a fold that nobody has taken yet: enough that thread and reader need not wait for each other. */
const MAX_IN_FLIGHT = 4;

/** In a thread of `FoldThreads`: folds what it is asked to, until it is closed. */
export function serveFolds(folds: PartitionFolds): void {
  const requests = parentPort ?? impossible('a thread without a parent');
  requests.on('message', (request: ThreadRequest) => {
    if (request.kind === 'close') void folds.close().finally(() => process.exit());
    else void serve(folds, request);
  });
}

async function serve(
  folds: PartitionFolds,
  { work, port }: Extract<ThreadRequest, { readonly kind: 'fold' }>,
): Promise<void> {
  const stop = new AbortController();
  const reader = new Reader(port, stop);
  try {
    for await (const rows of folds.fold(work, stop.signal)) {
      await reader.give({ kind: 'rows', rows });
      if (stop.signal.aborted) return;
    }
    await reader.give({ kind: 'done' });
  } catch (error) {
    const code = error instanceof TwofoldError ? error.code : null;
    await reader.give({ kind: 'failed', code, message: error instanceof Error ? error.message : String(error) });
  }
}

/** Who takes what a fold gives. When it leaves, the fold is stopped. */
class Reader {
  private inFlight = 0;
  private wake = (): void => undefined;

  constructor(
    private readonly port: MessagePort,
    private readonly stop: AbortController,
  ) {
    port.on('message', () => {
      this.inFlight -= 1;
      this.wake();
    });
    port.on('close', () => {
      stop.abort();
      this.wake();
    });
  }

  /** Resolves when more may be given. */
  async give(answer: FoldAnswer): Promise<void> {
    this.port.postMessage(answer);
    this.inFlight += 1;
    while (this.inFlight >= MAX_IN_FLIGHT && !this.stop.signal.aborted)
      await new Promise<void>((resolve) => (this.wake = resolve));
  }
}
