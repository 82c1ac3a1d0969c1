import type { Readable } from 'node:stream';
import { TwofoldError, furthestOf, type EnvelopeReader, type Position } from '@twofold/core';
import { acceptEvents, type AcceptPorts, type AcceptResult } from '@twofold/flows';
import { MAX_LINES_BYTES } from './limits.js';
import { parseJson } from './read-body.js';
import { readLines } from './read-lines.js';

/** What became of a stream of lines: a result for each line that was read, and what ended it early. */
export type AcceptedLines = {
  readonly results: readonly AcceptResult[];
  readonly position: Position;
  /** null: it was read to its end. Else no line after those in `results` is known to be on the log. */
  readonly stoppedBy: TwofoldError | null;
};

/** Takes in a stream of events, one a line, as fast as the log confirms them. */
export async function acceptLines(ports: AcceptPorts, stream: Readable): Promise<AcceptedLines> {
  const linePorts: AcceptPorts = { log: ports.log, readEnvelope: lineReaderOf(ports.readEnvelope) };
  const results: AcceptResult[] = [];
  let position: Position = {};
  try {
    // The answer goes out over the connection that the stream comes in by, so it stays when reading ends early.
    for await (const lines of readLines(stream.iterator({ destroyOnReturn: false }))) {
      const accepted = await acceptEvents(linePorts, lines);
      for (const result of accepted.results) results.push(result);
      position = furthestOf(position, accepted.position);
    }
  } catch (error) {
    const stoppedBy = errorOf(error);
    await discardRest(stream);
    return { results, position, stoppedBy };
  }
  return { results, position, stoppedBy: null };
}

/** A sender that goes away ends its stream early: nobody's fault here. */
function errorOf(error: unknown): TwofoldError {
  if (error instanceof TwofoldError) return error;
  if ((error as { code?: unknown }).code !== 'ECONNRESET') throw error;
  return new TwofoldError('malformed-json', 'the stream of lines ended early');
}

/** A sender that gets its answer only after all is sent would lose it, were the connection closed before. Bounded. */
async function discardRest(stream: Readable): Promise<void> {
  if (stream.destroyed) return;
  let byteCount = 0;
  for await (const piece of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    byteCount += piece.length;
    if (byteCount > MAX_LINES_BYTES) return;
  }
}

/** A line that is no JSON is refused like any other bad event, and the lines after it go on. */
const lineReaderOf =
  (readEnvelope: EnvelopeReader): EnvelopeReader =>
  (line) => {
    let event: unknown;
    try {
      event = parseJson(line as Buffer);
    } catch (error) {
      if (!(error instanceof TwofoldError)) throw error;
      return { kind: 'refused', id: null, problem: { code: error.code, message: error.message, pointer: '' } };
    }
    return readEnvelope(event);
  };
