import type { Window } from '../views/view-definition.js';
import type { WindowNumber } from '../views/view-row.js';
import { canonicalTimeZone } from './zone-offsets.js';
import { ALL_TIME, windowEnd, windowStartAt } from './window.js';

/** The text of a window's start as compiled folds have it. */
export type WindowStartSource = {
  /** Statements that come once, before the fold. They may call {@link windowStarter} by its name. */
  readonly prelude: readonly string[];
  /** An expression of the local `timeMs`. */
  readonly value: string;
};

/** UTC windows that are all of one width: from where they count, and the width, ms. 1969-12-29 was a Monday. */
const OF_ONE_WIDTH = {
  minute: { originMs: 0, widthMs: 60_000 },
  hour: { originMs: 0, widthMs: 3_600_000 },
  day: { originMs: 0, widthMs: 86_400_000 },
  week: { originMs: -259_200_000, widthMs: 604_800_000 },
} as const;

/** The window's start as JavaScript text, equal to {@link windowStartAt}: arithmetic alone where the window is of one width. */
export function windowStartSource(window: Window): WindowStartSource {
  const { unit, timeZone } = window;
  if (unit === 'all') return { prelude: [], value: `${ALL_TIME}` };
  if (canonicalTimeZone(timeZone) === 'UTC' && unit in OF_ONE_WIDTH) {
    const { originMs, widthMs } = OF_ONE_WIDTH[unit as keyof typeof OF_ONE_WIDTH];
    return {
      prelude: [],
      value:
        originMs === 0
          ? `Math.floor(timeMs / ${widthMs}) * ${widthMs}`
          : `(Math.floor((timeMs + ${-originMs}) / ${widthMs}) * ${widthMs} - ${-originMs})`,
    };
  }
  return {
    prelude: [`const startOfWindow = windowStarter(${JSON.stringify(window)});`],
    value: 'startOfWindow(timeMs)',
  };
}

/** {@link windowStartAt} that remembers the last window: the times of consecutive events are mostly in one. */
export function windowStarter(window: Window): (timeMs: number) => WindowNumber {
  let start = Infinity;
  let end = -Infinity;
  return (timeMs) => {
    if (timeMs >= start && timeMs < end) return start;
    start = windowStartAt(window, timeMs);
    end = windowEnd(window, start);
    return start;
  };
}
