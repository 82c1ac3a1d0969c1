import { flightLanded } from './events/flight-landed.js';
import { delaysByAirport } from './views/delays-by-airport.js';
import { networkByHour } from './views/network-by-hour.js';
import { routesByDay } from './views/routes-by-day.js';

export { delaysByAirport, flightLanded, networkByHour, routesByDay };
export const flights = {
  events: [flightLanded],
  views: [delaysByAirport, routesByDay, networkByHour],
  projections: [],
} as const;
