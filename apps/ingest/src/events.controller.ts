import type { Readable } from 'node:stream';
import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { TwofoldError } from '@twofold/core';
import { acceptEvents, type AcceptPorts } from '@twofold/flows';
import { replyProblem, type HttpReply } from '@twofold/platform';
import { acceptLines } from './accept-lines.js';
import { presentAccepted, presentStopped, type Presented } from './present-accepted.js';
import type { HttpHeaders } from './http-headers.js';
import { readBody } from './read-body.js';
import { ACCEPT_PORTS } from './tokens.js';

/** Bytes for JSON, the stream itself for lines; undefined: no body. */
type EventsRequest = { readonly headers: HttpHeaders; readonly body: Buffer | Readable | undefined };

/** `POST /v1/events`: answered when the log has confirmed what is accepted. */
@Controller('v1/events')
export class EventsController {
  constructor(@Inject(ACCEPT_PORTS) private readonly ports: AcceptPorts) {}

  @Post()
  async accept(@Req() { headers, body }: EventsRequest, @Res() reply: HttpReply): Promise<void> {
    if (body === undefined) throw new TwofoldError('malformed-json', 'there is no body');
    if (!Buffer.isBuffer(body)) return this.acceptLines(body, reply);
    const { events, batch } = readBody(headers, body);
    const { results, position } = await acceptEvents(this.ports, events);
    answer(reply, presentAccepted(results, position, batch));
  }

  private async acceptLines(lines: Readable, reply: HttpReply): Promise<void> {
    const { results, position, stoppedBy } = await acceptLines(this.ports, lines);
    if (stoppedBy === null) answer(reply, presentAccepted(results, position, true));
    else replyProblem(reply.header('connection', 'close'), presentStopped(stoppedBy, results, position));
  }
}

function answer(reply: HttpReply, presented: Presented): void {
  if (presented.status === 'problem') return replyProblem(reply, presented.problem);
  const json = JSON.stringify(presented.body);
  reply.status(presented.status).header('content-type', 'application/json; charset=utf-8').send(json);
}
