import type { Window, WindowUnit } from './view-definition.js';

type Zone = { readonly timeZone: string };

const windowsOf =
  (unit: WindowUnit) =>
  ({ timeZone }: Zone = { timeZone: 'UTC' }): Window => ({ kind: 'tumbling', unit, timeZone });

/** Windows by the clocks and calendar of a zone (IANA name; default UTC). */
export const minutely = windowsOf('minute');
export const hourly = windowsOf('hour');
export const daily = windowsOf('day');
/** From Monday (ISO 8601). */
export const weekly = windowsOf('week');
export const monthly = windowsOf('month');
export const quarterly = windowsOf('quarter');
export const yearly = windowsOf('year');
/** One window of all time. */
export const allTime = (): Window => ({ kind: 'tumbling', unit: 'all', timeZone: 'UTC' });
