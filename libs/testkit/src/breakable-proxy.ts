import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

/** How the way is. silent: connections stand and are made, and nothing comes through; what was sent arrives when it is mended. */
type State = { readonly kind: 'mended' | 'broken' | 'silent' } | { readonly kind: 'slow'; readonly delayMs: number };

/** Between two looks whether a silent way is mended, ms. */
const POLL_MS = 10;

/** A way to a server that a test can break and mend: as if the server, or the network to it, were gone, slow or mute. */
export class BreakableProxy {
  private readonly sockets = new Set<Socket>();
  private state: State = { kind: 'mended' };

  private constructor(
    private readonly listener: Server,
    private target: { readonly host: string; readonly port: number },
    /** The server's URL, by way of this proxy. */
    readonly url: string,
  ) {}

  static async to(serverUrl: string, defaultPort: number): Promise<BreakableProxy> {
    const server = new URL(serverUrl);
    const listener = createServer();
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const through = new URL(serverUrl);
    through.hostname = '127.0.0.1';
    through.port = String((listener.address() as AddressInfo).port);
    const target = { host: server.hostname, port: Number(server.port || defaultPort) };
    const proxy = new BreakableProxy(listener, target, through.toString());
    listener.on('connection', (client: Socket) => proxy.join(client));
    return proxy;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Connections from now on go to another port of the server's host. */
  leadTo(port: number): void {
    this.target = { ...this.target, port };
  }

  /** Ends all connections; new ones are taken. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Ends all connections, and new ones at once, until mended. */
  break(): void {
    this.state = { kind: 'broken' };
    this.cut();
  }

  /** Half-open: nothing comes through, and nobody is told, until mended. */
  silence(): void {
    this.state = { kind: 'silent' };
  }

  /** Each piece of what is sent, some 64 KiB at most, takes this much longer, until mended. */
  slowDown(delayMs: number): void {
    this.state = { kind: 'slow', delayMs };
  }

  mend(): void {
    this.state = { kind: 'mended' };
  }

  async close(): Promise<void> {
    this.break();
    this.listener.close();
    await once(this.listener, 'close');
  }

  private join(client: Socket): void {
    if (this.state.kind === 'broken') {
      client.destroy();
      return;
    }
    const server = connect(this.target.port, this.target.host);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay(true);
      this.sockets.add(from);
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      pipeline(from, this.passage(), to, () => to.destroy());
    }
  }

  private passage(): Transform {
    return new Transform({
      transform: (bytes, _encoding, pass) => {
        if (this.state.kind === 'mended') pass(null, bytes);
        else void this.untilPassable().then(() => pass(null, bytes));
      },
    });
  }

  private async untilPassable(): Promise<void> {
    if (this.state.kind === 'slow') await pause(this.state.delayMs);
    while (this.state.kind === 'silent') await pause(POLL_MS);
  }
}
