import { boolean, defineCatalog, defineEvent, defineProjection, int, optional, string } from '@twofold/core';

export const departed = defineEvent({ type: 'flight.departed', stream: 'trips', data: { airport: string() } });
export const landed = defineEvent({
  type: 'flight.landed',
  stream: 'trips',
  data: { airport: string(), isDiverted: boolean() },
});

const declared = {
  name: 'trips',
  from: [departed, landed],
  init: () => ({ from: null as string | null, done: 0, lost: 0, last: null as string | null }),
  measures: { done: int(), lost: int(), isUnderWay: boolean(), last: optional(string()) },
} as const;
type Trips = ReturnType<typeof declared.init>;

const present = ({ from, done, lost, last }: Trips) => ({ done, lost, isUnderWay: from !== null, last });
const depart = (trips: Trips, airport: string): Trips => ({
  ...trips,
  from: airport,
  lost: trips.from === null ? trips.lost : trips.lost + 1,
});

/** What each aircraft does: departed, landed, departed again without a landing. It takes diverted flights for done. */
const first = defineProjection({
  ...declared,
  present,
  evolve: (trips, event) => {
    if (event.type === departed.type) return depart(trips, event.data.airport);
    if (trips.from === null) return trips;
    return { ...trips, from: null, done: trips.done + 1, last: `${trips.from}-${String(event.data.airport)}` };
  },
});
const mended = defineProjection({
  ...declared,
  present,
  version: 2,
  evolve: (trips, event) => {
    if (event.type === departed.type) return depart(trips, event.data.airport);
    if (trips.from === null || event.type !== landed.type) return trips;
    if (event.data.isDiverted) return { ...trips, from: null };
    return { ...trips, from: null, done: trips.done + 1, last: `${trips.from}-${event.data.airport}` };
  },
});

const events = [departed, landed];
export const before = defineCatalog({ events, views: [], projections: [first] });
/** The first is kept for as long as it lives. */
export const after = defineCatalog({ events, views: [], projections: [mended, first] });

const AIRCRAFT = 101;

/** What an aircraft did: mostly it departs and lands in turn; some landings are elsewhere, and some are not told. */
export function trip(number: number): unknown {
  const turn = Math.floor(number / AIRCRAFT);
  const event = turn % 2 === 0 || (number * 7 + turn) % 11 === 0 ? departed : landed;
  const airport = ['ATL', 'ORD', 'DFW'][(number + turn) % 3];
  return {
    ...{ specversion: '1.0', id: `${number}`, source: 'urn:twofold:e2e', type: event.type },
    ...{ dataschema: `urn:twofold:schema:${event.type}:1`, subject: `N${number % AIRCRAFT}` },
    time: new Date(Date.UTC(2001, 0, 1, 0, number)).toISOString(),
    data: { airport, ...(event === landed ? { isDiverted: (number * 3 + turn) % 7 === 0 } : {}) },
  };
}
