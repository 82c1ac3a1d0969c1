export { before as catalog } from './departures.ts';
