import {
  count,
  daily,
  defineCatalog,
  defineEvent,
  defineStream,
  defineView,
  int,
  latest,
  string,
  sum,
} from '@twofold/core';

/** A stream whose keys wait behind a dead letter, and one whose keys go on. */
const sold = defineEvent({ type: 'thing.sold', stream: 'sales', data: { shop: string(), price: int() } });
const seen = defineEvent({ type: 'thing.seen', stream: 'sightings', data: { shop: string(), price: int() } });

const measures = ({ price }: { readonly price: Parameters<typeof sum>[0] }) => ({
  things: count(),
  worth: sum(price),
  last: latest(price),
});

export const catalog = defineCatalog({
  streams: [defineStream({ name: 'sales', deadLetters: 'hold' }), defineStream({ name: 'sightings' })],
  events: [sold, seen],
  views: [
    defineView({ name: 'sales-by-shop', from: sold, by: ({ shop }) => ({ shop }), window: daily(), measures }),
    defineView({ name: 'sightings-by-shop', from: seen, by: ({ shop }) => ({ shop }), window: daily(), measures }),
  ],
});
