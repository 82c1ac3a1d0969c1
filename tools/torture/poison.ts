import { catalog } from '@twofold/catalog';
import { dataSchemaOf } from '@twofold/core';
import { KafkaWriter } from '@twofold/event-log-kafka';
import type { OutgoingEvent } from '@twofold/ports';
import { setTimeout as pause } from 'node:timers/promises';
import { POISON, makeEvent, type Sent } from './events.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

const BETWEEN_MS = { least: 200, most: 3_000 };
const AT_ONCE = { least: 1, most: 3 };
/** Open dead letters that the operator chooses from. */
const LOOKED_AT = 20;
/** Longer than any bound of the orchestrator's own. */
const PATIENCE_MS = 60_000;

const WRONG: readonly ((event: OutgoingEvent) => OutgoingEvent)[] = [
  (event) => ({ ...event, value: '{' }),
  (event) => ({ ...event, value: '{}' }),
  (event) => ({ ...event, headers: {} }),
];

const calm = (random: Random, stop: AbortSignal): Promise<void> =>
  pause(random.between(BETWEEN_MS.least, BETWEEN_MS.most), undefined, { signal: stop }).catch(() => undefined);

/** Somebody who writes to the topics past ingest, and not always events. Resolves with how many records that were, as far as it knows. */
export async function runPoison(world: World, random: Random, stop: AbortSignal): Promise<number> {
  const brokers = world.servers.urls.KAFKA_BROKERS.split(',');
  const writer = new KafkaWriter({ brokers, namespace: world.namespace });
  let number = 0;
  let written = 0;
  try {
    while (!stop.aborted) {
      await calm(random, stop);
      const count = random.between(AT_ONCE.least, AT_ONCE.most);
      for (let one = 0; one < count; one++) {
        const { stream, event } = outgoing(goodEvent(`${POISON}${number++}`, random));
        const wrong = WRONG[random.below(WRONG.length)]?.(event) ?? event;
        await writer.append(stream, [wrong]).then(
          () => (written += 1),
          () => undefined, // the log is away; whether it stands there is seen in the end
        );
      }
    }
  } finally {
    await writer.close();
  }
  return written;
}

/** Somebody who gives dead letters up, and redrives them, as they are or put right. Resolves with how many. */
export async function runOperator(world: World, random: Random, stop: AbortSignal): Promise<number> {
  const letters = `${world.urlOf('replay-orchestrator')}/v1/dead-letters`;
  let number = 0;
  let resolved = 0;
  while (!stop.aborted) {
    await calm(random, stop);
    try {
      const { deadLetters } = await json<{ deadLetters: readonly Letter[] }>(
        `${letters}?state=open&limit=${LOOKED_AT}`,
      );
      const letter = deadLetters[random.below(Math.max(1, deadLetters.length))];
      if (letter === undefined) continue;
      const corrected = correctedEvent(`${POISON}put-right-${number++}`, letter, random);
      const [what, body] = random.pick<readonly [string, object]>([
        ['discard', {}],
        ['redrive', {}],
        ['redrive', { event: corrected }],
      ]);
      await json(`${letters}/${letter.stream}/${letter.partition}/${letter.offset}/${what}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ by: 'torture', ...body }),
      });
      resolved += 1;
    } catch {
      // it is away, or somebody was first: the next time
    }
  }
  return resolved;
}

type Letter = {
  readonly stream: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
};

async function json<T>(url: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return (await response.json()) as T;
}

/** An event of the letter's stream and key. */
function correctedEvent(id: string, { stream, key }: Letter, random: Random): Sent['event'] {
  for (;;) {
    const { event } = goodEvent(id, random);
    if (streamOf(event) === stream) return { ...event, subject: key ?? event.subject };
  }
}

function goodEvent(id: string, random: Random): Sent {
  for (;;) {
    const sent = makeEvent(id, random);
    if (!sent.isBad) return sent;
  }
}

const typeOf = ({ type }: Sent['event']) => catalog.events.find((known) => known.type === type);
const streamOf = (event: Sent['event']): string => typeOf(event)?.stream ?? '';

/** As ingest would write it. */
function outgoing({ event }: Sent): { readonly stream: string; readonly event: OutgoingEvent } {
  const type = typeOf(event);
  if (type === undefined) throw new Error(`${event.type} is not in the catalog`);
  const headers = {
    ...{ ce_specversion: '1.0', ce_id: event.id, ce_source: event.source, ce_type: event.type },
    ...{ ce_dataschema: dataSchemaOf(type), ce_time: event.time, ce_subject: event.subject },
  };
  return { stream: type.stream, event: { key: event.subject, headers, value: JSON.stringify(event.data) } };
}
