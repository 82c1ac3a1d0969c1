import { average, count, daily, defineView, max, sum } from '@twofold/core';
import { flightLanded } from '../events/flight-landed.js';

/** How late an airport's departures are, by day. */
export const delaysByAirport = defineView({
  name: 'delays-by-airport',
  description: 'Delays by airport of origin and day',
  from: flightLanded,
  by: (flight) => ({ airport: flight.origin }),
  window: daily({ timeZone: 'UTC' }),
  measures: (flight) => ({
    flights: count(),
    totalDelay: sum(flight.delay),
    worstDelay: max(flight.delay),
    averageDelay: average(flight.delay),
  }),
});
