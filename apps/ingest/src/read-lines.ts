import { TwofoldError, impossible } from '@twofold/core';
import { MAX_LINES, MAX_LINES_BYTES, MAX_LINE_BYTES } from './limits.js';

const NEWLINE = 0x0a;

/**
 * The lines of a stream that are not blank, those of each piece that arrives together (64 KiB from a socket). No more
 * of the stream is read while the caller is busy with what it got, so a sender that is too fast is slowed down.
 *
 * @throws TwofoldError `body-too-large`, `batch-too-large`, after what was read before has been handed over
 */
export async function* readLines(stream: AsyncIterable<Buffer>): AsyncGenerator<readonly Buffer[], void> {
  const bounds = new LineBounds();
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of stream) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      const line = bytes.subarray(from, end);
      from = end + 1;
      if (isBlank(line)) continue;
      if (!bounds.admit(line)) break;
      lines.push(line);
    }
    rest = bytes.subarray(from);
    bounds.arrived(piece.length, rest.length);
    if (lines.length > 0) yield lines;
    if (bounds.exceeded !== null) throw bounds.exceeded;
  }
  if (isBlank(rest)) return;
  if (!bounds.admit(rest)) throw bounds.exceeded ?? impossible('a line was not admitted for no reason');
  yield [rest];
}

/** Remembers how much came, and the first bound that was exceeded. */
class LineBounds {
  exceeded: TwofoldError | null = null;
  private lineCount = 0;
  private byteCount = 0;

  admit(line: Buffer): boolean {
    if (line.length > MAX_LINE_BYTES) this.exceeded ??= tooLarge(`a line has at most ${MAX_LINE_BYTES} bytes`);
    else if (++this.lineCount > MAX_LINES)
      this.exceeded ??= new TwofoldError('batch-too-large', `at most ${MAX_LINES} lines are taken`);
    return this.exceeded === null;
  }

  arrived(byteCount: number, unfinishedLineBytes: number): void {
    this.byteCount += byteCount;
    if (this.byteCount > MAX_LINES_BYTES) this.exceeded ??= tooLarge(`at most ${MAX_LINES_BYTES} bytes are taken`);
    if (unfinishedLineBytes > MAX_LINE_BYTES) this.exceeded ??= tooLarge(`a line has at most ${MAX_LINE_BYTES} bytes`);
  }
}

const tooLarge = (message: string): TwofoldError => new TwofoldError('body-too-large', message);

/** Only spaces, tabs and carriage returns. */
function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  return true;
}
