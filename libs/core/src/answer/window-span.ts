import type { WindowNumber } from '../views/view-row.js';

/** The windows that begin in [fromMs, toMs). Both are starts of windows of the view, so they are those of the event times in [fromMs, toMs). */
export type WindowSpan = { readonly fromMs: WindowNumber; readonly toMs: WindowNumber };

/** Whether an event of that time is of these windows. null: of any. */
export const isWithin = (windows: WindowSpan | null, timeMs: number): boolean =>
  windows === null || (timeMs >= windows.fromMs && timeMs < windows.toMs);
