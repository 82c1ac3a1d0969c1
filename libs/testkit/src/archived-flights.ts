import { defineEvent, int, optional, string, type ArchivedEvent, type EventType, type Offset } from '@twofold/core';

const landed = defineEvent({ type: 'flight.landed', stream: 'flights', data: { origin: string(), delay: int() } });
const landedLater = defineEvent({
  type: 'flight.landed',
  version: 2,
  stream: 'flights',
  data: { origin: string(), delay: int(), gate: optional(string()) },
});
const cancelled = defineEvent({ type: 'flight.cancelled', stream: 'flights', data: { origin: string() } });
export const ARCHIVED_TYPES: readonly EventType[] = [landed, landedLater, cancelled];

/** Append times go up with offsets. */
export const appendedAt = (offset: Offset): number => 1_700_000_000_000 + offset;

export const landedAt = (offset: Offset, version: 1 | 2 = 1): ArchivedEvent => ({
  offset,
  appliedOffset: offset,
  appendedAtMs: appendedAt(offset),
  verdict: { kind: 'event' },
  id: `landed-${offset}`,
  source: '/flights',
  subject: 'ATL',
  type: 'flight.landed',
  version,
  timeMs: 983_404_800_000 + offset,
  dataText: `{"origin":"ATL","delay":${offset}}`,
  values: version === 1 ? ['ATL', offset] : ['ATL', offset, null],
});

export const landedRange = (
  from: Offset,
  to: Offset,
  of: (offset: Offset) => ArchivedEvent = landedAt,
): readonly ArchivedEvent[] => Array.from({ length: to - from }, (_, index) => of(from + index));
