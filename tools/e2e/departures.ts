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

const AIRPORTS = ['ATL', 'ORD', 'DFW', 'LAX', 'DEN'];

/** A departure; of some airports' days all are cancelled, so a row is there only for those. */
export function departure(number: number): unknown {
  const airport = AIRPORTS[number % AIRPORTS.length];
  const day = (number * 7) % 40;
  const time = new Date(Date.UTC(2001, 0, 1 + day, number % 24)).toISOString();
  return {
    ...{ specversion: '1.0', id: `${number}`, source: 'urn:twofold:e2e', type: 'flight.departed' },
    ...{ dataschema: 'urn:twofold:schema:flight.departed:1', subject: airport, time },
    data: {
      airport,
      delay: ((number * 31) % 200) - 50,
      isCancelled: number % 17 === 0 || (airport === 'DEN' && day < 5),
    },
  };
}
