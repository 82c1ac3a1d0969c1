export { before as catalog } from './trips.ts';
