import {
  TwofoldError,
  partitionName,
  startOfWindow,
  type DuplicatesWindow,
  type Offset,
  type Partition,
} from '@twofold/core';
import type { EventLogReader } from '@twofold/ports';

/** Enough for one record: whatever came with it is passed over. */
const ONE_RECORD_BYTES = 1;

/**
 * Whether the log, which begins at `start`, still has all that the verdicts on the records from `offset` on depend on: every record of the window before
 * it, or those that retention has removed were appended so long before the newest of them that none can count any more.
 */
export async function hasWindow(
  log: Pick<EventLogReader, 'read'>,
  partition: Partition,
  window: DuplicatesWindow,
  start: Offset,
  offset: Offset,
): Promise<boolean> {
  if (offset < start) return false;
  if (startOfWindow(window, offset) >= start) return true;
  if (offset === start) return false;
  const oldest = await log.read(partition, { from: start, below: offset, maxBytes: ONE_RECORD_BYTES });
  const newest = await log.read(partition, { from: offset - 1, below: offset, maxBytes: ONE_RECORD_BYTES });
  let oldestAtMs = Infinity;
  oldest.forEach(({ appendedAtMs }) => (oldestAtMs = Math.min(oldestAtMs, appendedAtMs)));
  return newest.lastAppendedAtMs !== null && newest.lastAppendedAtMs - oldestAtMs > window.withinMs;
}

/** What waits cannot be known: retention was faster than the archive. */
export const waitingTruncated = (partition: Partition, from: Offset, start: Offset): TwofoldError =>
  new TwofoldError(
    'window-truncated',
    `${partitionName(partition)}: retention has removed the offsets ${from} to ${start - 1} before they were archived, and with ` +
      `them what later events may wait for. Keep the log longer than the archive is ever away`,
  );

/** A verdict cannot be known: nobody guesses it. */
export const windowTruncated = (partition: Partition, offset: Offset): TwofoldError =>
  new TwofoldError(
    'window-truncated',
    `${partitionName(partition)}: retention has removed records before offset ${offset} that duplicates from there on are ` +
      `told by; folding goes on from a generation that is newer. Keep the log longer than the stream's window of duplicates`,
  );
