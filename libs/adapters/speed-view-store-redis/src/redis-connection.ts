import { TwofoldError } from '@twofold/core';
import { createClient, ErrorReply } from 'redis';
import type { Script } from './script.js';

export type RedisOptions = {
  /** redis:// or rediss://, with user and password where needed. */
  readonly url: string;
  /** Longest wait for a reply, ms; also for a connection. Default 5,000. */
  readonly timeoutMs?: number;
  /** Hears of what cannot be made sure of but is no error. Default: a warning of the process. */
  readonly onWarning?: (message: string) => void;
};

const DEFAULT_TIMEOUT_MS = 5_000;
/** Longest pause before the next attempt to reconnect, ms. */
const MAX_RECONNECT_MS = 1_000;
/** Calls that wait for a reply: far more than the partitions and queries of one process; beyond it they are refused. */
const MAX_PENDING_CALLS = 10_000;

type Client = ReturnType<typeof newClient>;

/**
 * One connection that comes back by itself. While it is away, calls reject at once with `store-unavailable`; when a reply
 * is late, so does its call, and the connection is replaced: a peer that vanished would otherwise keep it for minutes.
 */
export class RedisConnection {
  private client: Client;
  private isClosed = false;
  /** What the connection last complained of; null while it stands. */
  private trouble: unknown = null;

  private constructor(
    private readonly url: string,
    private readonly timeoutMs: number,
  ) {
    this.client = this.listenedTo(newClient(url, timeoutMs));
  }

  static async open(options: RedisOptions): Promise<RedisConnection> {
    const { url, timeoutMs = DEFAULT_TIMEOUT_MS, onWarning = (message) => process.emitWarning(message) } = options;
    const connection = new RedisConnection(url, timeoutMs);
    try {
      await connection.within((client) => client.connect());
      await connection.refuseEviction(onWarning);
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  }

  /** Runs a script by its digest, or by its text where the server does not have it (any more). */
  run({ text, sha1 }: Script, key: string, args: readonly string[]): Promise<unknown> {
    // sendCommand, since evalSha spreads its arguments over the call stack, which large commits overflow.
    return this.within((client) =>
      client.sendCommand(['EVALSHA', sha1, '1', key].concat(args)).catch((error: unknown) => {
        if (!(error instanceof ErrorReply && error.message.startsWith('NOSCRIPT'))) throw error;
        return client.sendCommand(['EVAL', text, '1', key].concat(args));
      }),
    );
  }

  fields(key: string, names: readonly string[]): Promise<readonly (string | null)[]> {
    return this.within((client) => client.hmGet(key, [...names]));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.client.isReady) await this.within((client) => client.close()).catch(() => undefined);
    this.client.destroy();
  }

  /** Rule 11: Redis loses a record as a whole or not at all, so it must not evict keys. */
  private async refuseEviction(warn: (message: string) => void): Promise<void> {
    const info = await this.within((client) => client.info('memory').catch(emptyIfForbidden));
    const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1];
    if (policy === undefined)
      warn('Redis does not tell its maxmemory-policy: make sure that it is noeviction, or answers may lose rows');
    else if (policy !== 'noeviction')
      throw new TwofoldError(
        'invalid-configuration',
        `Redis has maxmemory-policy ${policy}, under which it drops single keys: set it to noeviction`,
      );
  }

  private async within<T>(call: (client: Client) => Promise<T>): Promise<T> {
    const client = this.client;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no reply within ${this.timeoutMs} ms`));
        this.replace(client);
      }, this.timeoutMs);
    });
    try {
      return await Promise.race([call(client), late]);
    } catch (error) {
      const reasons = [error, this.trouble].filter((reason) => reason !== null).map(textOf);
      throw new TwofoldError('store-unavailable', `Redis: ${[...new Set(reasons)].join(': ')}`, undefined, {
        cause: error,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Drops a client that stands but does not reply. One that does not stand is connecting anew already. */
  private replace(client: Client): void {
    if (this.isClosed || client !== this.client || !client.isReady) return;
    this.client = this.listenedTo(newClient(this.url, this.timeoutMs));
    client.destroy();
    this.client.connect().catch(() => undefined); // it was closed meanwhile
  }

  private listenedTo(client: Client): Client {
    client.on('error', (error) => (this.trouble = error));
    client.on('ready', () => (this.trouble = null));
    return client;
  }
}

function newClient(url: string, timeoutMs: number) {
  try {
    return createClient({
      url,
      disableOfflineQueue: true,
      commandsQueueMaxLength: MAX_PENDING_CALLS,
      // An idle connection is asked for a sign of life, so that one that is silent for the whole time is a dead one.
      pingInterval: timeoutMs / 3,
      socket: {
        connectTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        reconnectStrategy: (attempt) => Math.min(50 * 2 ** attempt, MAX_RECONNECT_MS),
      },
    });
  } catch {
    // Neither the address nor the cause is told: both have the password.
    throw new TwofoldError(
      'invalid-configuration',
      'the address of Redis is not of the form redis://user:password@host:port (rediss:// for TLS)',
    );
  }
}

function emptyIfForbidden(error: unknown): string {
  if (error instanceof ErrorReply && /^(NOPERM|ERR unknown command)/.test(error.message)) return '';
  throw error;
}

/** Refused on every address of a host, an error has a code but no message. */
const textOf = (error: unknown): string =>
  error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code ?? error.name) : String(error);
