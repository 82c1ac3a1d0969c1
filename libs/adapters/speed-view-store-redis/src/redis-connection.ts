import { TwofoldError } from '@twofold/core';
import { createClient, ErrorReply } from 'redis';
import type { Script } from './scripts.js';

export type RedisOptions = {
  /** redis:// or rediss://, with user and password where needed. */
  readonly url: string;
  /** Longest wait for a reply, ms; also for a connection. Default 5,000. */
  readonly timeoutMs?: number;
};

const DEFAULT_TIMEOUT_MS = 5_000;
/** Longest pause before the next attempt to reconnect, ms. */
const MAX_RECONNECT_MS = 1_000;

type Client = ReturnType<typeof createClient>;

/** One connection that comes back by itself. While it is away, calls reject at once with `store-unavailable`. */
export class RedisConnection {
  private constructor(
    private readonly client: Client,
    private readonly timeoutMs: number,
  ) {}

  static async open({ url, timeoutMs = DEFAULT_TIMEOUT_MS }: RedisOptions): Promise<RedisConnection> {
    const client = createClient({
      url,
      disableOfflineQueue: true,
      socket: {
        connectTimeout: timeoutMs,
        reconnectStrategy: (attempt) => Math.min(50 * 2 ** attempt, MAX_RECONNECT_MS),
      },
    });
    client.on('error', () => undefined); // every call tells of it itself
    const connection = new RedisConnection(client as Client, timeoutMs);
    try {
      await connection.within(client.connect());
      await connection.refuseEviction();
    } catch (error) {
      client.destroy();
      throw error;
    }
    return connection;
  }

  /** Runs a script by its digest, or by its text where the server does not have it (any more). */
  async run({ text, sha1 }: Script, key: string, args: readonly string[]): Promise<unknown> {
    const options = { keys: [key], arguments: args as string[] };
    return this.within(
      this.client.evalSha(sha1, options).catch((error: unknown) => {
        if (error instanceof ErrorReply && error.message.startsWith('NOSCRIPT')) return this.client.eval(text, options);
        throw error;
      }),
    );
  }

  fields(key: string, names: readonly string[]): Promise<readonly (string | null)[]> {
    return this.within(this.client.hmGet(key, names as string[]));
  }

  async close(): Promise<void> {
    if (this.client.isReady) await this.within(this.client.close()).catch(() => this.client.destroy());
    else if (this.client.isOpen) this.client.destroy();
  }

  /** Rule 11: Redis loses a record as a whole or not at all, so it must not evict keys. */
  private async refuseEviction(): Promise<void> {
    const info = await this.within(this.client.info('memory'));
    const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1];
    if (policy === undefined || policy === 'noeviction') return;
    throw new TwofoldError(
      'invalid-configuration',
      `Redis has maxmemory-policy ${policy}, under which it drops single keys: set it to noeviction`,
    );
  }

  private async within<T>(reply: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no reply within ${this.timeoutMs} ms`)), this.timeoutMs);
    });
    try {
      return await Promise.race([reply, late]);
    } catch (error) {
      if (error instanceof TwofoldError) throw error;
      throw new TwofoldError(
        'store-unavailable',
        `Redis: ${error instanceof Error ? error.message : String(error)}`,
        undefined,
        { cause: error },
      );
    } finally {
      clearTimeout(timer);
    }
  }
}
