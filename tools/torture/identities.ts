import type { DuplicatesWindow, LogRecord } from '@twofold/core';

type Seen = { readonly offset: number; readonly appendedAtMs: number };

/** The definition of a duplicate, as plainly as it is written down: for one partition, shown its events in order. */
export class Identities {
  private readonly last = new Map<string, Seen>();

  private readonly window: DuplicatesWindow;

  constructor(window: DuplicatesWindow) {
    this.window = window;
  }

  isDuplicate(record: LogRecord): boolean {
    const { offset, appendedAtMs } = record;
    const identity = JSON.stringify([record.header('ce_source'), record.header('ce_id')]);
    const last = this.last.get(identity);
    this.last.set(identity, { offset, appendedAtMs });
    return (
      last !== undefined &&
      offset - last.offset <= this.window.withinRecords &&
      appendedAtMs - last.appendedAtMs <= this.window.withinMs
    );
  }
}
