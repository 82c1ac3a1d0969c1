import { isControlEventType, readControlEvent } from '@twofold/core';
import type { ControlChannel, ControlEvent } from '@twofold/ports';
import { BaseRpcContext, Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';

/**
 * Nest's `@EventPattern('view.cut-requested')` over the control stream: the payload is the event's data, checked; the
 * context's only argument is the whole event. A handler hears an event at least once, so it is idempotent; what it
 * throws goes back to the channel, which delivers again. Events that nobody handles, and bad ones, are passed over.
 */
export class ControlTransport extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors: boolean = true;
  private subscription: { close(): Promise<void> } | null = null;

  /** Processes of one group share the events among them; every group hears all. */
  constructor(
    private readonly channel: ControlChannel,
    private readonly group: string,
  ) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    this.channel
      .subscribe(this.group, (event) => this.hear(event))
      .then(
        (subscription) => {
          this.subscription = subscription;
          callback();
        },
        (error: unknown) => callback(error),
      );
  }

  async close(): Promise<void> {
    await this.subscription?.close();
    this.subscription = null;
  }

  on(): never {
    throw new Error('the control transport tells no events of its own');
  }

  unwrap<T>(): T {
    return this.channel as T;
  }

  private async hear(event: ControlEvent): Promise<void> {
    const handler = this.messageHandlers.get(event.type);
    if (handler === undefined || !this.isWellFormed(event)) return;
    const result: unknown = await handler(event.data, new BaseRpcContext([event]));
    if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
  }

  private isWellFormed(event: ControlEvent): boolean {
    if (!isControlEventType(event.type)) return true;
    try {
      readControlEvent(event);
      return true;
    } catch (error) {
      this.logger.error(`control event passed over: ${(error as Error).message}`);
      return false;
    }
  }
}
