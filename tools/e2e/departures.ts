import {
  boolean,
  count,
  daily,
  defineCatalog,
  defineEvent,
  defineView,
  int,
  max,
  not,
  string,
  sum,
} from '@twofold/core';

/** A view before and after its mistake is mended: it counts flights that never left. */
export const departed = defineEvent({
  type: 'flight.departed',
  stream: 'departures',
  data: { airport: string(), delay: int(), isCancelled: boolean() },
});

const declared = { name: 'departures-by-airport', from: departed, window: daily() } as const;

export const before = defineCatalog({
  events: [departed],
  views: [
    defineView({
      ...declared,
      by: ({ airport }) => ({ airport }),
      measures: ({ delay }) => ({ flights: count(), delay: sum(delay), worst: max(delay) }),
    }),
  ],
});

export const after = defineCatalog({
  events: [departed],
  views: [
    defineView({
      ...declared,
      where: ({ isCancelled }) => not(isCancelled),
      by: ({ airport }) => ({ airport }),
      measures: ({ delay }) => ({ flights: count(), delay: sum(delay), worst: max(delay) }),
    }),
  ],
});
