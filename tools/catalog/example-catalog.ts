/** A small catalog as its files: of its own, so that the tests of the commands do not change with the real one. */
export const EXAMPLE_CATALOG: Readonly<Record<string, string>> = {
  'libs/catalog/flights/package.json': packageOf('@twofold/catalog-flights'),
  'libs/catalog/registry/package.json': packageOf('@twofold/catalog'),
  'libs/catalog/registry/src/index.ts': `
import { flights } from '@twofold/catalog-flights';
import { defineCatalog, type Catalog } from '@twofold/core';

export const catalog: Catalog = defineCatalog(flights);
`,
  'libs/catalog/flights/src/index.ts': `
import { flightCancelled } from './events/flight-cancelled.js';
import { flightLanded } from './events/flight-landed.js';
import { cancellations } from './views/cancellations.js';
import { delaysByAirport } from './views/delays-by-airport.js';
import { networkByHour } from './views/network-by-hour.js';

export const flights = {
  events: [flightLanded, flightCancelled],
  views: [delaysByAirport, networkByHour, cancellations],
};
`,
  'libs/catalog/flights/src/events/flight-landed.ts': `
import { defineEvent, int, string } from '@twofold/core';

export const flightLanded = defineEvent({
  type: 'flight.landed',
  stream: 'flights',
  data: { delay: int(), distance: int(), origin: string({ maxLength: 16 }) },
});
`,
  'libs/catalog/flights/src/events/flight-cancelled.ts': `
import { defineEvent, string } from '@twofold/core';

export const flightCancelled = defineEvent({
  type: 'flight.cancelled',
  stream: 'flights',
  data: { origin: string({ maxLength: 16 }) },
});
`,
  'libs/catalog/flights/src/views/delays-by-airport.ts': `
import { count, daily, defineView, max, sum } from '@twofold/core';
import { flightLanded } from '../events/flight-landed.js';

export const delaysByAirport = defineView({
  name: 'delays-by-airport',
  from: flightLanded,
  by: (flight) => ({ airport: flight.origin }),
  window: daily(),
  measures: (flight) => ({ flights: count(), totalDelay: sum(flight.delay), worstDelay: max(flight.delay) }),
});
`,
  'libs/catalog/flights/src/views/network-by-hour.ts': `
import { count, defineView, hourly, sum } from '@twofold/core';
import { flightLanded } from '../events/flight-landed.js';

export const networkByHour = defineView({
  name: 'network-by-hour',
  from: flightLanded,
  window: hourly(),
  measures: (flight) => ({ flights: count(), totalDelay: sum(flight.delay) }),
});
`,
  'libs/catalog/flights/src/views/cancellations.ts': `
import { count, daily, defineView } from '@twofold/core';
import { flightCancelled } from '../events/flight-cancelled.js';

export const cancellations = defineView({
  name: 'cancellations',
  from: flightCancelled,
  window: daily(),
  measures: () => ({ flights: count() }),
});
`,
};

function packageOf(name: string): string {
  return JSON.stringify({ name, type: 'module', exports: { '.': { '@twofold/source': './src/index.ts' } } });
}
