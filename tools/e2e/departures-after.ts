export { after as catalog } from './departures.ts';
