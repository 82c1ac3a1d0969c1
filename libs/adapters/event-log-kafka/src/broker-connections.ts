import { Connection, type Broker, type ConnectionOptions } from '@platformatic/kafka';

/**
 * Connections for requests that wait: a broker answers those of one connection one after the other, so each request
 * under way has a connection to itself. There are at most as many as requests were ever under way at once.
 */
export class BrokerConnections {
  private readonly idle = new Map<string, Connection[]>();
  private readonly open = new Set<Connection>();
  private closed = false;

  constructor(
    private readonly clientId: string,
    private readonly options: ConnectionOptions,
  ) {}

  /** Runs a request over a connection of its own; one that fails takes its connection with it. */
  async use<T>(broker: Broker, request: (connection: Connection) => Promise<T>): Promise<T> {
    const address = `${broker.host}:${broker.port}`;
    const connection = this.takeIdle(address) ?? (await this.connect(broker));
    try {
      const result = await request(connection);
      this.giveBack(address, connection);
      return result;
    } catch (error) {
      this.open.delete(connection);
      await connection.close().catch(() => undefined);
      throw error;
    }
  }

  /** Requests under way reject. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.open].map((connection) => connection.close().catch(() => undefined)));
    this.open.clear();
    this.idle.clear();
  }

  private takeIdle(address: string): Connection | undefined {
    const idle = this.idle.get(address);
    for (let connection = idle?.pop(); connection; connection = idle?.pop()) {
      if (connection.isConnected()) return connection;
      this.open.delete(connection);
    }
    return undefined;
  }

  private async connect(broker: Broker): Promise<Connection> {
    if (this.closed) throw new Error('the reader is closed');
    const connection = new Connection(this.clientId, this.options);
    // What goes wrong on it comes back through the request; without a listener it would end the process.
    connection.on('error', () => undefined);
    this.open.add(connection);
    try {
      await connection.connect(broker.host, broker.port);
    } catch (error) {
      this.open.delete(connection);
      throw error;
    }
    return connection;
  }

  private giveBack(address: string, connection: Connection): void {
    const idle = this.idle.get(address) ?? [];
    this.idle.set(address, idle);
    idle.push(connection);
  }
}
