import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SpeedCommit, SpeedRecordId } from '@twofold/ports';
import { BreakableProxy, eventually, testServers } from '@twofold/testkit';
import { createClient } from 'redis';
import { RedisSpeedViewStore } from './index.js';

const DEFAULT_PORT = 6_379;
/** Short, for these tests wait for it; long against a reply. */
const TIMEOUT_MS = 400;
/** A call that must reject within the timeout does so within this: the machine may be busy. */
const BOUND_MS = 5 * TIMEOUT_MS;

const id: SpeedRecordId = { view: { name: 'things', version: '1' }, partition: { stream: 'things', partition: 0 } };
const start = { applied: 0, openStart: 0 };
const change: SpeedCommit = {
  applied: 1,
  appliedAtMs: 1,
  deadLetters: 0,
  duplicates: 0,
  held: 0,
  rows: [{ dimensions: ['ATL'], window: 0, parts: [1] }],
};

/** A way to Redis that may lose, from some moment on, what goes there or comes back, without a word; or change what comes back. */
class LossyProxy {
  readonly lost = { requests: false, replies: false };
  connections = 0;
  private readonly sockets = new Set<Socket>();
  private readonly listener = createServer((client) => this.join(client));

  private constructor(private readonly onReply: (text: Buffer) => Buffer) {}

  static async start(onReply = (reply: Buffer): Buffer => reply): Promise<LossyProxy> {
    const proxy = new LossyProxy(onReply);
    proxy.listener.listen(0, '127.0.0.1');
    await once(proxy.listener, 'listening');
    return proxy;
  }

  get url(): string {
    const through = new URL(testServers().redisUrl);
    through.hostname = '127.0.0.1';
    through.port = String((this.listener.address() as AddressInfo).port);
    return through.toString();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.listener.close();
    await once(this.listener, 'close');
  }

  private join(client: Socket): void {
    this.connections += 1;
    const { hostname, port } = new URL(testServers().redisUrl);
    const server = connect(Number(port || DEFAULT_PORT), hostname);
    client.on('data', (bytes) => this.lost.requests || server.write(bytes));
    server.on('data', (bytes) => this.lost.replies || client.write(this.onReply(bytes)));
    for (const [socket, peer] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => peer.destroy());
      socket.on('close', () => peer.destroy());
    }
  }
}

/** Replaces one text by another of the same length, as the protocol tells lengths. */
const replacing =
  (from: string, to: string) =>
  (reply: Buffer): Buffer =>
    Buffer.from(reply.toString('latin1').replace(from, to), 'latin1');

const unavailable = { name: 'TwofoldError', code: 'store-unavailable' };

async function withinBound<T>(call: () => Promise<T>): Promise<void> {
  const startedAtMs = performance.now();
  await expect(call()).rejects.toMatchObject(unavailable);
  expect(performance.now() - startedAtMs).toBeLessThan(BOUND_MS);
}

describe('RedisSpeedViewStore, when Redis is away', () => {
  let namespace: string;
  let direct: RedisSpeedViewStore;
  const closing: (() => Promise<void>)[] = [];
  const through = async (url: string): Promise<RedisSpeedViewStore> => {
    const store = await RedisSpeedViewStore.connect({ url, namespace, timeoutMs: TIMEOUT_MS });
    closing.unshift(() => store.close());
    return store;
  };
  const lossyProxy = async (onReply?: (reply: Buffer) => Buffer): Promise<LossyProxy> => {
    const proxy = await LossyProxy.start(onReply);
    closing.push(() => proxy.close());
    return proxy;
  };
  beforeEach(async () => {
    namespace = `test-${randomUUID()}`;
    direct = await RedisSpeedViewStore.connect({ url: testServers().redisUrl, namespace });
    closing.push(() => direct.close());
    await direct.reset(id, null, 0);
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  it('rejects every call within the bound, and works again by itself', async () => {
    const proxy = await BreakableProxy.to(testServers().redisUrl, DEFAULT_PORT);
    closing.push(() => proxy.close());
    const store = await through(proxy.url);
    proxy.break();
    await withinBound(() => store.load(id));
    await withinBound(() => store.probe(id));
    await withinBound(() => store.commit(id, start, change));
    await withinBound(() => store.seal(id, start));
    await withinBound(() => store.reset(id, start, 0));
    await withinBound(() => store.dropSealed(id, 0));
    await withinBound(() => store.sweep(id));
    await withinBound(() => store.read(id, 0, { dimensions: [null], fromWindow: null, toWindow: null }, 1));
    proxy.mend();
    await eventually('the store works again', () => store.commit(id, start, change).catch(() => false));
  });

  it('replaces a connection whose peer vanished without a word', async () => {
    const proxy = await lossyProxy();
    const store = await through(proxy.url);
    proxy.lost.requests = true;
    proxy.lost.replies = true;
    await withinBound(() => store.probe(id));
    await eventually('it tries another connection', () => proxy.connections > 1);
    proxy.lost.requests = false;
    proxy.lost.replies = false;
    await eventually('the store works again', () => store.commit(id, start, change).catch(() => false));
  });

  it('notices that an idle connection is dead, before anybody calls', async () => {
    const proxy = await lossyProxy();
    await through(proxy.url);
    proxy.lost.replies = true;
    await eventually('it tries another connection', () => proxy.connections > 1);
  });

  it('keeps an idle connection that lives', async () => {
    const proxy = await lossyProxy();
    const store = await through(proxy.url);
    const idleUntilMs = performance.now() + 4 * TIMEOUT_MS;
    await eventually('it was idle for long', () => performance.now() > idleUntilMs);
    expect(await store.probe(id)).toEqual(start);
    expect(proxy.connections).toBe(1);
  });

  it('has carried out a commit whose reply was lost: the writer finds it when it loads', async () => {
    const proxy = await lossyProxy();
    const store = await through(proxy.url);
    proxy.lost.replies = true;
    await withinBound(() => store.commit(id, start, change));
    proxy.lost.replies = false;
    expect(await direct.probe(id)).toEqual({ applied: 1, openStart: 0 });
    await eventually('the store works again', () => store.probe(id).then(Boolean, () => false));
    expect(await store.load(id)).toMatchObject({ record: { applied: 1 }, openRows: change.rows });
    expect(await store.commit(id, start, change)).toBe(false);
  });

  it('has not carried out a commit that was lost itself', async () => {
    const proxy = await lossyProxy();
    const store = await through(proxy.url);
    proxy.lost.requests = true;
    await withinBound(() => store.commit(id, start, change));
    proxy.lost.requests = false;
    expect(await direct.probe(id)).toEqual(start);
  });

  it('goes on when Redis has forgotten the scripts, as after its restart', async () => {
    const admin = await createClient({ url: testServers().redisUrl }).connect();
    await admin.scriptFlush();
    await admin.close();
    expect(await direct.commit(id, start, change)).toBe(true);
    expect(await direct.load(id)).toMatchObject({ openRows: change.rows });
  });

  it('rejects when it is closed', async () => {
    const store = await through(testServers().redisUrl);
    await store.close();
    await withinBound(() => store.probe(id));
    await store.close();
  });

  it('refuses a commit of more rows than Redis takes in one call, and writes nothing', async () => {
    const rows = Array.from({ length: 100_001 }, (_, window) => ({ dimensions: ['ATL'], window, parts: [1] }));
    await expect(direct.commit(id, start, { ...change, rows })).rejects.toThrow('impossible: a commit of 100001 rows');
    expect(await direct.probe(id)).toEqual(start);
    expect(await direct.commit(id, start, { ...change, rows: rows.slice(1) })).toBe(true);
  });

  it('says at the start why it cannot connect', async () => {
    const wrongUser = new URL(testServers().redisUrl);
    wrongUser.username = 'nobody';
    wrongUser.password = 'secret';
    await expect(through('redis://127.0.0.1:1')).rejects.toMatchObject({ ...unavailable, message: /ECONNREFUSED/ });
    await expect(through(wrongUser.toString())).rejects.toMatchObject({ ...unavailable, message: /WRONGPASS/ });
    const proxy = await lossyProxy();
    proxy.lost.replies = true;
    await withinBound(() => through(proxy.url));
  });

  it('refuses an address that is none, and does not tell its password', async () => {
    for (const url of ['nonsense:secret', 'http://user:secret@host']) {
      const error = await through(url).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'invalid-configuration' });
      expect(JSON.stringify([String(error), error])).not.toContain('secret');
    }
  });

  it('refuses a Redis that may evict single keys (rule 11)', async () => {
    const proxy = await lossyProxy(replacing('maxmemory_policy:noeviction', 'maxmemory_policy:somevicted'));
    await expect(through(proxy.url)).rejects.toMatchObject({ code: 'invalid-configuration', message: /somevicted/ });
  });

  it('warns where Redis does not tell whether it evicts keys', async () => {
    const admin = await createClient({ url: testServers().redisUrl }).connect();
    const user = `test-${randomUUID()}`;
    await admin.sendCommand(['ACL', 'SETUSER', user, 'on', '>password', '~*', '+@all', '-info']);
    try {
      const url = new URL(testServers().redisUrl);
      url.username = user;
      url.password = 'password';
      const warnings: string[] = [];
      const onWarning = (message: string) => warnings.push(message);
      const store = await RedisSpeedViewStore.connect({ url: url.toString(), namespace, onWarning });
      expect(await store.probe(id)).toEqual(start);
      await store.close();
      expect(warnings).toEqual([expect.stringContaining('noeviction')]);
    } finally {
      await admin.sendCommand(['ACL', 'DELUSER', user]);
      await admin.close();
    }
  });
});
