import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server that a test can break and mend: as if the server, or the network to it, were gone. */
export class BreakableProxy {
  private readonly sockets = new Set<Socket>();
  private isBroken = false;

  private constructor(
    private readonly listener: Server,
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
    const proxy = new BreakableProxy(listener, through.toString());
    listener.on('connection', (client: Socket) => {
      proxy.join(client, server.hostname, Number(server.port || defaultPort));
    });
    return proxy;
  }

  /** Ends all connections, and new ones at once, until mended. */
  break(): void {
    this.isBroken = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isBroken = false;
  }

  async close(): Promise<void> {
    this.break();
    this.listener.close();
    await once(this.listener, 'close');
  }

  private join(client: Socket, host: string, port: number): void {
    if (this.isBroken) {
      client.destroy();
      return;
    }
    const server = connect(port, host);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
