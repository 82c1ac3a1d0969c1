import type { WindowNumber } from './view-row.js';
import type { Window } from './view-definition.js';

/** Width of a window, milliseconds. */
export const widthOf = (window: Window): number => ({ hour: 3_600_000, day: 86_400_000 })[window.unit];

/** The window that holds an event time. */
export const windowAt = (window: Window, timeMs: number): WindowNumber => Math.floor(timeMs / widthOf(window));

/** Start of a window, milliseconds since 1970; its end is the start of the next. */
export const startOfWindow = (window: Window, number: WindowNumber): number => number * widthOf(window);
