import { TwofoldError } from '../errors/twofold-error.js';
import { instantTextOf } from '../time/time-text.js';
import { windowEnd, windowStartAt } from '../time/window.js';
import type { Window } from '../views/view-definition.js';
import type { WindowNumber } from '../views/view-row.js';
import { readWindowRange } from './window-range.js';

/** The windows that begin in [fromMs, toMs). Both are starts of windows of the view, so they are those of the event times in [fromMs, toMs). */
export type WindowSpan = { readonly fromMs: WindowNumber; readonly toMs: WindowNumber };

/** Whether an event of that time is of these windows. null: of any. */
export const isWithin = (windows: WindowSpan | null, timeMs: number): boolean =>
  windows === null || (timeMs >= windows.fromMs && timeMs < windows.toMs);

/**
 * The windows from one that begins at `from` to before one that begins at `to`; each ISO 8601, as `readWindowRange` takes it.
 *
 * @throws TwofoldError `invalid-range` with a pointer, and with the starts of windows next to it: a part of a window cannot be told from the rest
 */
export function readWindowSpan(window: Window, from: string, to: string): WindowSpan {
  const { fromWindow, toWindow } = readWindowRange(window, from, to);
  if (fromWindow === null || toWindow === null || fromWindow === toWindow)
    throw new TwofoldError('invalid-range', `there is no window from ${from} to ${to}`, '/windows');
  mustBeStart(window, fromWindow, '/windows/from');
  mustBeStart(window, toWindow, '/windows/to');
  return { fromMs: fromWindow, toMs: toWindow };
}

function mustBeStart(window: Window, time: WindowNumber, pointer: string): void {
  const start = windowStartAt(window, time);
  if (start === time) return;
  const [before, after] = [start, windowEnd(window, start)].map(instantTextOf);
  throw new TwofoldError(
    'invalid-range',
    `no window begins at ${instantTextOf(time)}; the ones next to it begin at ${before} and ${after}`,
    pointer,
  );
}
