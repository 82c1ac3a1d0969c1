import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Reply = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A server for one test: what it answers is the test's. */
export async function serveHttp(
  answer: (request: IncomingMessage, body: string) => Reply | Promise<Reply>,
): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      void Promise.resolve(answer(request, body)).then(({ status, body: reply, headers }) =>
        response.writeHead(status, headers).end(JSON.stringify(reply)),
      );
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
