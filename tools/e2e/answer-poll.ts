import { setTimeout as pause } from 'node:timers/promises';
import { ask, type PlainAnswer } from '../demo/gateway.ts';

const EVERY_MS = 200;

/** Asks for all rows of a view again and again, and keeps every answer. */
export class AnswerPoll {
  readonly answers: PlainAnswer[] = [];
  private isStopped = false;
  private readonly polling: Promise<void>;
  private readonly gatewayUrl: string;
  private readonly view: string;

  constructor(gatewayUrl: string, view: string) {
    this.gatewayUrl = gatewayUrl;
    this.view = view;
    this.polling = this.poll();
    this.polling.catch(() => undefined); // told by stop()
  }

  /** Resolves with all answers; rejects if one could not be had. */
  async stop(): Promise<readonly PlainAnswer[]> {
    this.isStopped = true;
    await this.polling;
    return this.answers;
  }

  private async poll(): Promise<void> {
    while (!this.isStopped) {
      this.answers.push(await ask(this.gatewayUrl, this.view, { limit: '10000' }));
      await pause(EVERY_MS);
    }
  }
}
