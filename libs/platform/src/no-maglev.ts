import { setFlagsFromString } from 'node:v8';

/**
 * The first import of every app. V8's Maglev compiler in Node 24 and 26 miscompiles a captured variable that an
 * inlined function advances in a hot loop of code that awaits: wrong data, silently. NODE_OPTIONS refuses the flag,
 * so it is set here, before any of our code is hot.
 */
setFlagsFromString('--no-maglev');
