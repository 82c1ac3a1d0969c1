import type { Offset } from '@twofold/core';
import type { Clock, EventLogReader } from '@twofold/ports';

/** How old the heads in an answer may be: lag is told to within this. */
const FRESH_MS = 250;
/** How long an answer waits for them: without the log it is as exact, it only cannot tell its lag. */
const WAIT_MS = 200;

type Look = { readonly atMs: number; readonly heads: Promise<readonly Offset[] | null> };

/** Where streams end, asked of the log at most four times a second however many answers need it. */
export class LogHeads {
  private readonly looks = new Map<string, Look>();

  constructor(
    private readonly log: Pick<EventLogReader, 'bounds'>,
    private readonly clock: Clock,
  ) {}

  /** null: the log cannot be asked. */
  readonly of = (stream: string): Promise<readonly Offset[] | null> => {
    const atMs = this.clock.elapsed();
    const last = this.looks.get(stream);
    if (last !== undefined && atMs - last.atMs < FRESH_MS) return last.heads;
    const asked = this.log.bounds(stream).then(
      ({ end }) => end,
      () => null,
    );
    const heads = Promise.race([asked, this.clock.wait(WAIT_MS).then(() => null)]);
    this.looks.set(stream, { atMs, heads });
    return heads;
  };
}
