import type { EnvelopeReader, Position, RefusedEvent, ValidEvent } from '@twofold/core';
import type { Appended, EventLogWriter } from '@twofold/ports';

export type AcceptPorts = { readonly log: Pick<EventLogWriter, 'append'>; readonly readEnvelope: EnvelopeReader };

/** What became of one event. */
export type AcceptResult = { readonly kind: 'accepted'; readonly id: string } | RefusedEvent;

export type Accepted = {
  /** One for each input, in its order. */
  readonly results: readonly AcceptResult[];
  /** An answer that has reached it holds every accepted event; partitions that got none are not named. */
  readonly position: Position;
};

/**
 * Takes events in: the valid ones go to the log in the order given, of the others nothing does. Resolves when the log
 * has confirmed every one that is said to be accepted.
 *
 * Rejects with `log-unavailable` when it did not: then it is not known which events are on the log, each at most once.
 */
export async function acceptEvents({ log, readEnvelope }: AcceptPorts, inputs: readonly unknown[]): Promise<Accepted> {
  const outcomes = inputs.map(readEnvelope);
  const appended = await Promise.all(
    [...byStream(outcomes)].map(async ([stream, events]) => ({
      stream,
      places: await log.append(
        stream,
        events.map((event) => event.record),
      ),
    })),
  );
  return {
    results: outcomes.map((outcome) => (outcome.kind === 'valid' ? { kind: 'accepted', id: outcome.id } : outcome)),
    position: Object.fromEntries(appended.map(({ stream, places }) => [stream, offsetsBeyond(places)])),
  };
}

function byStream(outcomes: readonly (ValidEvent | RefusedEvent)[]): ReadonlyMap<string, readonly ValidEvent[]> {
  const streams = new Map<string, ValidEvent[]>();
  for (const outcome of outcomes) {
    if (outcome.kind === 'refused') continue;
    const events = streams.get(outcome.stream);
    if (events === undefined) streams.set(outcome.stream, [outcome]);
    else events.push(outcome);
  }
  return streams;
}

/** Per partition, the first offset beyond all events appended to it. */
function offsetsBeyond(places: readonly Appended[]): Readonly<Record<number, number>> {
  const offsets: Record<number, number> = {};
  for (const { partition, offset } of places) offsets[partition] = Math.max(offsets[partition] ?? 0, offset + 1);
  return offsets;
}
