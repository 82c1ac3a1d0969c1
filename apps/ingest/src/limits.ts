/** Some 10,000 events of the usual size; what is larger comes as several requests, or as lines. */
export const MAX_BODY_BYTES = 5 * 1024 * 1024;

/** Events in one body: bounds the answer, which names each of them. */
export const MAX_BATCH_EVENTS = 10_000;

/** Of a stream of lines: bounds the answer, which names each of them, and how long a request lasts. */
export const MAX_LINES = 100_000;
export const MAX_LINES_BYTES = 64 * 1024 * 1024;

/** The largest event, with its envelope, is below this (see the bounds of envelope and data). */
export const MAX_LINE_BYTES = 1024 * 1024;

/** What a stream of lines holds in memory at a time: a line that has not ended, and what it ends with. */
export const LINES_IN_FLIGHT_BYTES = 2 * MAX_LINE_BYTES;
