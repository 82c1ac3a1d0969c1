import { defineEvent, int, string, timestamp } from '@twofold/core';

/** A scheduled flight within the United States has landed. Its event time is its scheduled departure. */
export const flightLanded = defineEvent({
  type: 'flight.landed',
  version: 1,
  stream: 'flights',
  description: 'A flight has landed',
  data: {
    /** Scheduled departure. */
    date: timestamp(),
    /** Minutes behind schedule; negative: early. */
    delay: int(),
    /** Miles. */
    distance: int(),
    /** Airport codes. */
    origin: string({ maxLength: 16 }),
    destination: string({ maxLength: 16 }),
  },
});
