import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { BreakableProxy } from './breakable-proxy.js';

const DELAY_MS = 60;

/** Answers what it hears with its name. */
async function serverCalled(name: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).on('data', (bytes) => socket.write(`${name}:${bytes.toString()}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

describe('a breakable proxy', () => {
  let [one, two]: Server[] = [];
  let proxy: BreakableProxy;
  const clients: Socket[] = [];
  beforeEach(async () => {
    [one, two] = [await serverCalled('one'), await serverCalled('two')];
    proxy = await BreakableProxy.to(`tcp://127.0.0.1:${portOf(one)}`, 0);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await proxy.close();
    one?.close();
    two?.close();
  });

  async function open(): Promise<Socket> {
    const client = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
    clients.push(client);
    await once(client, 'connect');
    return client;
  }
  async function ask(client: Socket, text: string): Promise<string> {
    client.write(text);
    const [bytes] = (await once(client, 'data')) as [Buffer];
    return bytes.toString();
  }

  it('lets through what is sent, and leads elsewhere when it is told to', async () => {
    const before = await open();
    expect(await ask(before, 'a')).toBe('one:a');
    proxy.leadTo(portOf(two as Server));
    expect(await ask(await open(), 'b')).toBe('two:b');
    expect(await ask(before, 'c')).toBe('one:c');
  });

  it('is half-open while it is silent: connections stand and are made, and what was sent arrives when it is mended', async () => {
    const client = await open();
    expect(await ask(client, 'a')).toBe('one:a');
    proxy.silence();
    let isAnswered = false;
    const answer = ask(client, 'b').then((text) => ((isAnswered = true), text));
    const other = await open();
    await new Promise((later) => setTimeout(later, DELAY_MS));
    expect([isAnswered, client.closed]).toEqual([false, false]);
    proxy.mend();
    expect(await answer).toBe('one:b');
    expect(await ask(other, 'c')).toBe('one:c');
  });

  it('takes its time while it is slow, in either direction', async () => {
    const client = await open();
    proxy.slowDown(DELAY_MS);
    const beganAt = performance.now();
    expect(await ask(client, 'a')).toBe('one:a');
    expect(performance.now() - beganAt).toBeGreaterThanOrEqual(2 * DELAY_MS - 2);
  });

  it('ends connections when it is cut, and refuses new ones while it is broken', async () => {
    const client = await open();
    proxy.cut();
    await once(client, 'close');
    expect(await ask(await open(), 'a')).toBe('one:a');
    proxy.break();
    await once(await open(), 'close');
  });
});
