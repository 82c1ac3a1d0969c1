export { after as catalog } from './trips.ts';
