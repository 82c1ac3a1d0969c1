import { accounts } from '@twofold/catalog-accounts';
import { flights } from '@twofold/catalog-flights';
import {
  PlainRecord,
  RecordDecoder,
  allTime,
  count,
  dataSchemaOf,
  defineCatalog,
  defineStream,
  defineView,
  first,
  latest,
  naiveView,
  presentRow,
  type Catalog,
  type EventType,
  type PlainEvent,
  type ViewPlan,
} from '@twofold/core';
import { viewsOver } from '@twofold/testkit/views';
import fc from 'fast-check';
import { makeEvent } from './events.ts';
import { plainEvent } from './plain-event.ts';
import { Random } from './random.ts';

/** Views that are drawn, beside those of the example. */
const RANDOM_VIEWS = 4;
/** Views are drawn until so many are fit; more than that many draws would say that something is wrong. */
const MAX_DRAWS = 500;
/** Events by which it is seen whether a view is fit: values are few, so that these have nearly all there are together. */
const SAMPLE = 4_000;
/** Each poll asks for all rows of a view, and compares them. */
const MAX_ROWS = 300;
/** So far from the ends of 64 bits that no run is long enough for a sum to overflow. */
const MAX_NUMBER = 1e13;
/** Short, so that retention can take all before it; still longer than a client takes to send again. */
const OF_STREAMS = { duplicates: { withinRecords: 8_000 } };
const HOLDING: ReadonlySet<string> = new Set(accounts.events.map(({ stream }) => stream));

const latestOfRoute = defineView({
  name: 'latest-of-route',
  from: flights.events,
  by: ({ origin, destination }) => ({ origin, destination }),
  window: allTime(),
  measures: ({ delay, distance }) => ({ flights: count(), firstDelay: first(delay), latestDistance: latest(distance) }),
});

/**
 * The events of the example, on streams with short windows of duplicates; its views, one that order decides, and some that are
 * drawn from the whole language. The same seed draws the same.
 */
export function tortureCatalog(seed: number): Catalog {
  const events = [...flights.events, ...accounts.events];
  const streams = [...new Set(events.map(({ stream }) => stream))];
  const catalog = defineCatalog({
    events,
    views: [...flights.views, ...accounts.views, latestOfRoute],
    streams: streams.map((name) =>
      defineStream({ name, ...OF_STREAMS, deadLetters: HOLDING.has(name) ? 'hold' : 'skip' }),
    ),
  });
  return { ...catalog, views: [...catalog.views, ...drawnViews(catalog.events, seed)] };
}

function drawnViews(events: readonly EventType[], seed: number): readonly ViewPlan[] {
  const sample = sampleOf(events, new Random(seed));
  const types = [flights.events, accounts.events, events];
  const views: ViewPlan[] = [];
  for (let draw = 0; views.length < RANDOM_VIEWS; draw++) {
    if (draw === MAX_DRAWS) throw new Error(`${MAX_DRAWS} draws of seed ${seed} gave ${views.length} views`);
    const readable = types[draw % types.length] ?? events;
    const drawing = viewsOver(readable, events, false, `random-${views.length + 1}`);
    const [drawn] = fc.sample(drawing, { seed: seed + draw, numRuns: 1 });
    if (drawn !== undefined && isFit(drawn.plan, sample)) views.push(drawn.plan);
  }
  return views;
}

/** Whether a view has rows, few enough to compare at every poll, and no number that grows out of bounds. */
function isFit(plan: ViewPlan, sample: readonly PlainEvent[]): boolean {
  try {
    const types = new Set(plan.sources.map(({ event }) => event.type));
    const rows = naiveView(
      plan,
      sample.filter(({ type }) => types.has(type)),
    );
    const numbers = rows
      .flatMap((row) => Object.values(presentRow(plan, row)))
      .filter((value) => !isNaN(Number(value)));
    return rows.length > 1 && rows.length <= MAX_ROWS && numbers.every((value) => Math.abs(Number(value)) < MAX_NUMBER);
  } catch {
    return false; // it overflows, or has too many different values in a row
  }
}

function sampleOf(events: readonly EventType[], random: Random): readonly PlainEvent[] {
  const decoder = new RecordDecoder(events);
  return Array.from({ length: SAMPLE }, (_, offset) => {
    const { event, isBad } = makeEvent(`${offset}`, random);
    const type = events.find((known) => known.type === event.type);
    if (isBad || type === undefined) return null;
    const headers: Readonly<Record<string, string>> = {
      ...{ ce_specversion: '1.0', ce_id: event.id, ce_source: event.source, ce_type: event.type },
      ...{ ce_dataschema: dataSchemaOf(type), ce_time: event.time, ce_subject: event.subject },
    };
    const record = new PlainRecord({
      ...{ offset, appendedAtMs: 0, key: event.subject, value: JSON.stringify(event.data) },
      headers: Object.entries(headers),
    });
    decoder.decode(record);
    return plainEvent(decoder, events, { stream: type.stream, partition: 0, offset });
  }).filter((event) => event !== null);
}
