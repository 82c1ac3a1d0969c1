import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problemDetails, replyProblem, type HttpReply } from '@twofold/platform';
import { ByteGate } from './byte-gate.js';
import { CONTENT_TYPES, bodyKindOf } from './content-types.js';
import { LINES_IN_FLIGHT_BYTES, MAX_BODY_BYTES } from './limits.js';

/**
 * How bodies come in: as bytes, so that each is parsed once and by us, lines as the stream they are; and no more of
 * them at a time than memory allows. What does not fit is answered 429 before it is read.
 */
export function prepareHttp(http: FastifyInstance, maxInFlightBytes: number): void {
  const gate = new ByteGate(maxInFlightBytes);
  http.removeAllContentTypeParsers();
  for (const contentType of CONTENT_TYPES) {
    if (bodyKindOf(contentType) === 'lines')
      http.addContentTypeParser(contentType, (_request, lines, done) => done(null, lines));
    else http.addContentTypeParser(contentType, { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes));
  }
  http.addHook('onRequest', (request, reply, done) => {
    if (request.method !== 'POST') return done();
    const place = gate.enter(bytesOf(request));
    if (place === null) return refuse(reply);
    reply.raw.once('close', place.release);
    done();
  });
}

/** What the request may hold in memory. Without a length it may be as large as any. */
function bytesOf(request: FastifyRequest): number {
  const declared = request.headers['content-length'];
  const most = bodyKindOf(request.headers['content-type']) === 'lines' ? LINES_IN_FLIGHT_BYTES : MAX_BODY_BYTES;
  return declared === undefined ? most : Math.min(Number(declared), most);
}

function refuse(reply: FastifyReply): void {
  const detail = 'too much is being taken in at the moment; send it again in a second';
  replyProblem(reply as unknown as HttpReply, problemDetails('overloaded', detail));
}
