import {
  allTime,
  count,
  daily,
  dataSchemaOf,
  defineCatalog,
  defineEvent,
  defineProjection,
  defineStream,
  defineView,
  impossible,
  int,
  latest,
  max,
  string,
  sum,
  RESOLUTION_HEADER,
  RESOLVES_HEADER,
  type Catalog,
  type DeadLetterPolicy,
  type DuplicatesWindow,
  type NaiveRecord,
  type Offset,
  type Partition,
  type PlainEvent,
  type RecordContent,
} from '@twofold/core';
import type { OutgoingEvent } from '@twofold/ports';
import type { Random } from './random.js';

const sold = defineEvent({ type: 'thing.sold', stream: 'sales', data: { shop: string(), price: int() } });

/** Many small rows; and one row, in which the order of events shows. */
const salesByShop = defineView({
  name: 'sales-by-shop',
  from: sold,
  by: (event) => ({ shop: event.shop }),
  window: daily(),
  measures: (event) => ({ sales: count(), revenue: sum(event.price) }),
});
const allSales = defineView({
  name: 'all-sales',
  from: sold,
  by: () => ({}),
  window: allTime(),
  measures: (event) => ({ sales: count(), dearest: max(event.price), lastShop: latest(event.shop) }),
});

/** What no view can say: how many sales of a shop in a row were each dearer than the one before, as they stand on the log. */
const rises = defineProjection({
  name: 'rises',
  from: sold,
  init: () => ({ price: 0, row: 0, longest: 0 }),
  evolve: ({ price: last, row, longest }, { data }) => {
    const price = Number(data.price);
    const now = price > last ? row + 1 : 1;
    return { price, row: now, longest: Math.max(longest, now) };
  },
  present: ({ longest, price }) => ({ longest, last: price }),
  measures: { longest: int(), last: int() },
});

export const STREAM = sold.stream;
export const EVENT_TYPE = sold.type;
/** By records, by time, none: so short that an event comes again within the window and beyond it. */
export const WINDOWS: readonly DuplicatesWindow[] = [
  { withinMs: 600_000, withinRecords: 4 },
  { withinMs: 300, withinRecords: 1_000 },
  { withinMs: 0, withinRecords: 0 },
];
const catalogs = new Map<string, Catalog>(
  WINDOWS.flatMap((duplicates, window) =>
    [[salesByShop], [salesByShop, allSales]].flatMap((views) =>
      [[], [rises]].flatMap((projections) =>
        (['skip', 'hold'] as const).map((deadLetters) => {
          const streams = [defineStream({ name: STREAM, duplicates, deadLetters })];
          const catalog = defineCatalog({ events: [sold], views, projections, streams });
          return [nameOf(views.length, projections.length > 0, window, deadLetters), catalog] as const;
        }),
      ),
    ),
  ),
);

function nameOf(views: number, isProjected: boolean, window: number, deadLetters: DeadLetterPolicy): string {
  return `${window} ${views} ${isProjected ? 'and a projection' : ''} ${deadLetters}`;
}

/** What a run has. `window`: which of {@link WINDOWS}. */
type Chosen = {
  readonly views: number;
  readonly isProjected: boolean;
  readonly window: number;
  readonly holds: boolean;
};

export function catalogOf({ views, isProjected, window, holds }: Chosen): Catalog {
  const name = nameOf(views, isProjected, window, holds ? 'hold' : 'skip');
  return catalogs.get(name) ?? impossible(`catalog ${name}`);
}

/** A record as the reference sees it. `event`: what it is if it counts. */
export type PlainSale = { readonly record: NaiveRecord; readonly event: PlainEvent | null };

const SHOPS = ['a', 'b', 'c', 'd', 'e'] as const;
const MS_PER_DAY = 86_400_000;
const DAYS = 3;
const SCHEMA = dataSchemaOf(sold);
/** Some records are no events: they are counted, and folded into nothing. */
const DEAD = 0.1;
/** What is sent in the place of dead records. */
const MENDED = ['mended-0', 'mended-1', 'sale-0'] as const;

/** Of a record, what was given to the log. */
export type Content = Pick<RecordContent, 'key' | 'value' | 'headers'>;

export function drawSale(random: Random, number: number): OutgoingEvent {
  const shop = random.pick(SHOPS);
  const time = new Date(random.whole(0, DAYS * MS_PER_DAY - 1));
  const price = random.chance(DEAD) ? 'dear' : random.whole(1, 1000);
  return {
    key: shop,
    headers: {
      ce_specversion: '1.0',
      ce_id: `sale-${number}`,
      ce_source: 'urn:simulation',
      ce_type: sold.type,
      ce_dataschema: SCHEMA,
      ce_time: time.toISOString(),
      ce_subject: shop,
    },
    value: JSON.stringify({ shop, price }),
  };
}

/** A sale as somebody would send it in the place of a dead one: some of them twice. */
export const saleInPlaceOf = (random: Random, shop: string | null): object => ({
  ...{ specversion: '1.0', id: random.pick(MENDED), source: 'urn:simulation', type: sold.type },
  ...{ dataschema: SCHEMA, time: new Date(random.whole(0, DAYS * MS_PER_DAY - 1)).toISOString(), subject: shop },
  data: { shop, price: random.whole(1, 1000) },
});

/** What stands on the log, as the reference sees it. */
export function plainSale(content: Content, place: Partition, offset: Offset, appendedAtMs: number): PlainSale {
  const headers = new Map(content.headers.map(([name, text]) => [name, String(text)]));
  const data = JSON.parse(String(content.value)) as { readonly shop: string; readonly price: unknown } | null;
  const [target, kind] = [headers.get(RESOLVES_HEADER), headers.get(RESOLUTION_HEADER)];
  const record: NaiveRecord = {
    ...{ offset, appendedAtMs, key: String(content.key), sizeBytes: 0 },
    resolves: target === undefined ? null : { kind: kind === 'discard' ? kind : 'redrive', target: Number(target) },
    content: typeof data?.price === 'number' ? { kind: 'event', id: headers.get('ce_id') ?? '' } : { kind: 'dead' },
  };
  if (data === null || typeof data.price !== 'number') return { record, event: null };
  const { shop, price } = data;
  const timeMs = Date.parse(headers.get('ce_time') ?? '');
  return { record, event: { ...place, offset, timeMs, type: sold.type, data: { shop, price } } };
}
