import type { Judgement, LogRecord } from '@twofold/core';
import { NO_CHANGES, type ClosedRecord, type WaitingChanges } from '@twofold/ports';

/** What one record changes of what waits on its partition. */
export function changesOf(record: LogRecord, { verdict, place, closed, released, key }: Judgement): WaitingChanges {
  const waits = verdict.kind === 'dead' || verdict.kind === 'held';
  if (!waits && closed === null) return NO_CHANGES;
  const at = record.offset;
  const freed = released.map(({ offset }): ClosedRecord => ({ offset, at, by: 'release' }));
  const dead = verdict.kind === 'dead' ? { code: verdict.code, reason: verdict.reason } : null;
  const eventType = record.header('ce_type') ?? '';
  return {
    opened: waits ? [{ offset: at, place, key, dead, eventType, record: record.copy() }] : [],
    closed: [...(closed === null ? [] : [{ ...closed, at }]), ...freed],
  };
}
