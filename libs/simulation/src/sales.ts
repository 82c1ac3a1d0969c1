import {
  allTime,
  count,
  daily,
  dataSchemaOf,
  defineCatalog,
  defineEvent,
  defineStream,
  defineView,
  impossible,
  int,
  latest,
  max,
  string,
  sum,
  type Catalog,
  type DuplicatesWindow,
  type Offset,
  type Partition,
  type PlainEvent,
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

export const STREAM = sold.stream;
export const EVENT_TYPE = sold.type;
/** By records, by time, none: so short that an event comes again within the window and beyond it. */
export const WINDOWS: readonly DuplicatesWindow[] = [
  { withinMs: 600_000, withinRecords: 4 },
  { withinMs: 300, withinRecords: 1_000 },
  { withinMs: 0, withinRecords: 0 },
];
const catalogs = WINDOWS.map((duplicates) =>
  [[salesByShop], [salesByShop, allSales]].map((views) =>
    defineCatalog({ events: [sold], views, streams: [defineStream({ name: STREAM, duplicates })] }),
  ),
);

export const catalogOf = (views: number, window: number): Catalog =>
  catalogs[window]?.[views - 1] ?? impossible(`catalog ${window} ${views}`);

/** `event`: null for a dead record. */
export type PlainSale = { readonly id: string; readonly event: PlainEvent | null };

const SHOPS = ['a', 'b', 'c', 'd', 'e'] as const;
const MS_PER_DAY = 86_400_000;
const DAYS = 3;
const SCHEMA = dataSchemaOf(sold);
/** Some records are no events: they are counted, and folded into nothing. */
const DEAD = 0.06;

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

/** What stands on the log, as the reference sees it. */
export function plainSale({ headers, value }: OutgoingEvent, place: Partition, offset: Offset): PlainSale {
  const data = JSON.parse(value) as { readonly shop: string; readonly price: number | string };
  const event = { ...place, offset, timeMs: Date.parse(headers['ce_time'] ?? ''), type: sold.type, data };
  return { id: headers['ce_id'] ?? '', event: typeof data.price === 'number' ? event : null };
}
