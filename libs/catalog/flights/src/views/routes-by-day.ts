import { average, count, daily, defineView, min, sum } from '@twofold/core';
import { flightLanded } from '../events/flight-landed.js';

/** The traffic on each route, by day. */
export const routesByDay = defineView({
  name: 'routes-by-day',
  description: 'Flights, miles and delays by route and day',
  from: flightLanded,
  by: (flight) => ({ origin: flight.origin, destination: flight.destination }),
  window: daily({ timeZone: 'UTC' }),
  measures: (flight) => ({
    flights: count(),
    totalDistance: sum(flight.distance),
    earliest: min(flight.delay),
    averageDelay: average(flight.delay),
  }),
});
