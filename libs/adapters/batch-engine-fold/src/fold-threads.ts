import { on, once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { MessageChannel, Worker } from 'node:worker_threads';
import { TwofoldError, partitionName, type ViewRow } from '@twofold/core';
import type { PartitionWork } from '@twofold/ports';
import type { PartitionFolds } from './partition-folds.js';
import type { FoldAnswer, ThreadRequest } from './thread-messages.js';

export type FoldThreadsOptions = {
  /** The module that each thread runs: it calls `serveFolds`. */
  readonly entry: URL;
  /** What it finds as its `workerData`: plain data. */
  readonly data: unknown;
  /** At most; each folds one partition at a time, and stays for the next. */
  readonly threads: number;
};

/** `ended` is aborted when it is gone, with the reason. */
type Thread = { readonly worker: Worker; readonly ended: AbortSignal };

/** A thread lets go of what it holds within this time, or is ended without. */
const CLOSE_MS = 5_000;

/**
 * Folds in threads of this process. A thread is started when there is work and none is free. One that dies fails the fold that it
 * had with `store-unavailable`, and another takes its place when there is work again.
 */
export class FoldThreads implements PartitionFolds {
  private readonly running = new Set<Thread>();
  private readonly free = new Set<Thread>();
  private readonly waiting: (() => void)[] = [];
  private isClosed = false;

  constructor(private readonly options: FoldThreadsOptions) {}

  async *fold(work: PartitionWork, stop: AbortSignal): AsyncGenerator<readonly ViewRow[], void, undefined> {
    const name = `${work.plan.id.name} on ${partitionName(work.partition)}`;
    const thread = await this.take(name, stop);
    const { port1: port, port2: theirs } = new MessageChannel();
    const signal = AbortSignal.any([stop, thread.ended]);
    try {
      const request: ThreadRequest = { kind: 'fold', work, port: theirs };
      thread.worker.postMessage(request, [theirs]);
      for await (const [answer] of on(port, 'message', { signal }) as AsyncIterable<[FoldAnswer]>) {
        if (answer.kind === 'done') return;
        if (answer.kind === 'failed') throw errorOf(answer);
        yield answer.rows;
        port.postMessage('taken');
      }
    } catch (error) {
      if (stop.aborted) throw stopped(name);
      if (thread.ended.aborted) throw unavailable(name, String(thread.ended.reason));
      throw error;
    } finally {
      port.close();
      this.release(thread);
    }
  }

  /** Folds under way reject with `store-unavailable`. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.wake();
    const request: ThreadRequest = { kind: 'close' };
    await Promise.all(
      [...this.running].map(async ({ worker }) => {
        const late = new AbortController();
        const exit = once(worker, 'exit');
        worker.postMessage(request);
        await Promise.race([exit, setTimeout(CLOSE_MS, null, { signal: late.signal })]);
        late.abort();
        await worker.terminate();
      }),
    );
  }

  private async take(name: string, stop: AbortSignal): Promise<Thread> {
    for (;;) {
      if (stop.aborted) throw stopped(name);
      if (this.isClosed) throw unavailable(name, 'the engine is closed');
      const [free] = this.free;
      if (free !== undefined) {
        this.free.delete(free);
        return free;
      }
      if (this.running.size < this.options.threads) return this.start();
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        stop.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  private start(): Thread {
    const { entry, data } = this.options;
    const worker = new Worker(entry, { workerData: data });
    const ending = new AbortController();
    const thread = { worker, ended: ending.signal };
    let reason: unknown = 'it exited';
    worker.on('error', (error) => (reason = error));
    worker.on('exit', () => {
      this.running.delete(thread);
      this.free.delete(thread);
      ending.abort(reason);
      this.wake();
    });
    this.running.add(thread);
    return thread;
  }

  private release(thread: Thread): void {
    if (!thread.ended.aborted) this.free.add(thread);
    this.wake();
  }

  /** Whoever waits looks again. */
  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

const stopped = (name: string): TwofoldError => new TwofoldError('conflict', `the fold of ${name} was stopped`);

const unavailable = (name: string, reason: string): TwofoldError =>
  new TwofoldError('store-unavailable', `the thread that folds ${name} ended: ${reason}`);

const errorOf = ({ code, message }: Extract<FoldAnswer, { readonly kind: 'failed' }>): Error =>
  code === null ? new Error(message) : new TwofoldError(code, message);
