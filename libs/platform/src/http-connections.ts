import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A connection made while the server drains has this long to send its first request: its client waited to send one. */
const FIRST_REQUEST_MS = 1_000;

/**
 * The open connections of an HTTP server, so that it ends as soon as its answers are out. Node's own `close()` drops
 * the connections that are idle when it is called and then waits for the others, up to the whole keep-alive timeout
 * after their last answer, and for those on which nothing was ever sent.
 */
export class HttpConnections {
  /** The requests under way on each, oldest first: several where a client pipelines them. */
  private readonly open = new Map<Socket, Set<ServerResponse>>();
  private isDraining = false;

  /** From before the server listens: it knows only the connections that it saw begin. */
  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.open.set(socket, new Set());
      socket.once('close', () => this.open.delete(socket));
      if (this.isDraining) setTimeout(() => this.closeIfIdle(socket), FIRST_REQUEST_MS).unref();
    });
    // before the handler, which may send the headers at once
    server.prependListener('request', (request, response) => this.begin(request, response));
  }

  /**
   * From now on a connection is closed when no request is under way on it, and its newest answer says
   * `connection: close` if the headers are not out yet. New connections are still taken, until the server is closed.
   */
  drain(): void {
    this.isDraining = true;
    for (const [socket, underWay] of this.open) {
      const newest = [...underWay].at(-1);
      if (newest !== undefined) sayLast(newest);
      this.closeIfIdle(socket);
    }
  }

  private begin({ socket }: IncomingMessage, response: ServerResponse): void {
    const underWay = this.open.get(socket);
    if (underWay === undefined) return;
    underWay.add(response);
    if (this.isDraining) sayLast(response);
    response.once('close', () => {
      underWay.delete(response);
      if (this.isDraining) this.closeIfIdle(socket);
    });
  }

  private closeIfIdle(socket: Socket): void {
    if (this.open.get(socket)?.size === 0) socket.destroySoon();
  }
}

function sayLast(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}
