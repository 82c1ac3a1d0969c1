export { type Mistake } from './mistake.js';
export { MISTAKES } from './mistakes.js';
export { simulate, type Run } from './simulate.js';
