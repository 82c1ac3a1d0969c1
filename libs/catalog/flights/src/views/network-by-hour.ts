import { count, defineView, hourly, max, sum } from '@twofold/core';
import { flightLanded } from '../events/flight-landed.js';

/** The whole network, by hour. */
export const networkByHour = defineView({
  name: 'network-by-hour',
  description: 'All flights and their delays by hour',
  from: flightLanded,
  window: hourly({ timeZone: 'UTC' }),
  measures: (flight) => ({
    flights: count(),
    totalDelay: sum(flight.delay),
    worstDelay: max(flight.delay),
  }),
});
