/** What controllers use of the HTTP server's reply. */
export type HttpReply = {
  status(code: number): HttpReply;
  header(name: string, value: string | number): HttpReply;
  send(body?: unknown): unknown;
};
