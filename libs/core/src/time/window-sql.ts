import type { Window, WindowUnit } from '../views/view-definition.js';
import type { WindowNumber } from '../views/view-row.js';
import { firstDayOf } from './civil-date.js';
import {
  firstOfSql,
  modulo,
  numberSql,
  pieceSql,
  roundDownSql,
  withTimeSql,
  type Piece,
  type TimeDialect,
} from './time-sql.js';
import { ALL_TIME, SHORT_UNITS, windowEnd, windowStartAt, type TruncateUnit } from './window.js';
import { offsetsOf } from './zone-offsets.js';

const MS_PER_DAY = 86_400_000;

/** Units that are of one width while the offset stays, ms. */
const WIDTHS = { ...SHORT_UNITS, day: MS_PER_DAY, week: 7 * MS_PER_DAY } as const;
type WideUnit = 'month' | 'quarter' | 'year';

/** 1969-12-29 was a Monday. */
const MONDAY_MS = -3 * MS_PER_DAY;

/** How a window's start follows from a time: by the calendar, at one offset; or it is one window, in which the offset changes. */
type Rule =
  | { readonly kind: 'calendar'; readonly offsetMs: number }
  | { readonly kind: 'one-window'; readonly start: WindowNumber };

/**
 * {@link windowStartAt} as SQL over a time (BIGINT, ms since 1970); null where it is null, but of all time. Equal in every
 * dialect, by property test.
 */
export function windowStartSql(window: Window, timeSql: string, dialect: TimeDialect): string {
  const { unit } = window;
  if (unit === 'all') return `CAST(${ALL_TIME} AS BIGINT)`;
  const pieces = windowPieces(window, unit);
  return withTimeSql(
    timeSql,
    dialect,
    (ms) =>
      `(${pieceSql(pieces, ms, (rule) => (rule.kind === 'one-window' ? numberSql(rule.start) : calendarSql(unit, rule.offsetMs, ms, dialect)))})`,
  );
}

function calendarSql(unit: TruncateUnit, offsetMs: number, timeSql: string, dialect: TimeDialect): string {
  if (isWide(unit))
    return `${firstOfSql(unit, `${timeSql} + ${numberSql(offsetMs)}`, dialect)} - ${numberSql(offsetMs)}`;
  return roundDownSql(timeSql, WIDTHS[unit], originOf(unit, offsetMs));
}

/** The same in JavaScript: which windows the calendar gets wrong is found by comparing. */
function calendarStart(unit: TruncateUnit, offsetMs: number, timeMs: number): WindowNumber {
  if (!isWide(unit)) return timeMs - modulo(timeMs - originOf(unit, offsetMs), WIDTHS[unit]);
  return firstDayOf(unit, Math.floor((timeMs + offsetMs) / MS_PER_DAY)) * MS_PER_DAY - offsetMs;
}

/** Every window in which the zone's offset changes is looked at by itself; in between the calendar says it. */
function windowPieces(window: Window, unit: TruncateUnit): readonly Piece<Rule>[] {
  const pieces: Piece<Rule>[] = [];
  for (const { fromMs, offsetMs } of offsetsOf(window.timeZone)) {
    const rule: Rule = { kind: 'calendar', offsetMs: normalOffset(unit, offsetMs) };
    if (fromMs === -Infinity) {
      pieces.push({ fromMs, value: rule });
      continue;
    }
    const start = windowStartAt(window, fromMs);
    const end = windowEnd(window, start);
    while ((pieces.at(-1)?.fromMs ?? -Infinity) >= start) pieces.pop();
    const before = pieces.at(-1)?.value;
    const isBy = (candidate: Rule | undefined): boolean =>
      candidate?.kind === 'calendar' &&
      [start, end - 1].every((timeMs) => calendarStart(unit, candidate.offsetMs, timeMs) === start);
    if (isBy(before)) addPiece(pieces, { fromMs: end, value: rule });
    else if (isBy(rule)) addPiece(pieces, { fromMs: start, value: rule });
    else pieces.push({ fromMs: start, value: { kind: 'one-window', start } }, { fromMs: end, value: rule });
  }
  return pieces;
}

function addPiece(pieces: Piece<Rule>[], piece: Piece<Rule>): void {
  const last = pieces.at(-1)?.value;
  const goesOn = last?.kind === 'calendar' && piece.value.kind === 'calendar' && last.offsetMs === piece.value.offsetMs;
  if (!goesOn) pieces.push(piece);
}

const isWide = (unit: WindowUnit): unit is WideUnit => unit === 'month' || unit === 'quarter' || unit === 'year';

/** Offsets that differ by whole units give the same windows: most zones have but one for hours. */
const normalOffset = (unit: TruncateUnit, offsetMs: number): number =>
  isWide(unit) ? offsetMs : modulo(offsetMs, WIDTHS[unit]);

/** Where a unit of one width counts from. */
const originOf = (unit: keyof typeof WIDTHS, offsetMs: number): number => (unit === 'week' ? MONDAY_MS : 0) - offsetMs;
