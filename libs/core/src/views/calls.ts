import { itemTypeOf, type ExactTypeName, type ScalarTypeName } from '../events/data-type.js';
import type { DayPart } from '../time/civil-date.js';
import type { TimePart, TruncateUnit } from '../time/time-functions.js';
import type { Expression, ExpressionNode } from './expression.js';
import * as nodes from './nodes.js';
import { lift, type AnyNull, type NullOf, type Operand, type Or } from './operand.js';

type Text<N extends boolean = boolean> = Expression<'string', N>;
type TextOperand = Operand<'string'>;

/** The lower-case letters of Latin, Greek and Cyrillic; a letter without one such letter as its other case stays (ß, İ). */
export const lower = <N extends boolean>(of: Text<N>): Text<N> => call('lower', of) as Text<N>;
/** See {@link lower}. */
export const upper = <N extends boolean>(of: Text<N>): Text<N> => call('upper', of) as Text<N>;
export const concat = <const R extends readonly TextOperand[]>(...texts: R) =>
  call('concat', ...texts.map((text) => lift(text, 'string'))) as Text<AnyNull<R>>;
/** The characters (code points) from position `start`, the first being 1; `length` of them, or as many as there are. */
export const substring = <
  N extends boolean,
  const S extends Operand<'int'>,
  const L extends Operand<'int'> = typeof WHOLE,
>(
  of: Text<N>,
  start: S,
  length?: L,
) => call('substring', of, lift(start, 'int'), lift(length ?? WHOLE, 'int')) as Text<Or<N, Or<NullOf<S>, NullOf<L>>>>;
export const startsWith = <N extends boolean, const R extends TextOperand>(of: Text<N>, start: R) =>
  call('startsWith', of, lift(start, 'string')) as Expression<'boolean', Or<N, NullOf<R>>>;
/** Whether the text is in it; for lists see {@link listContains}. */
export const contains = <N extends boolean, const R extends TextOperand>(of: Text<N>, sought: R) =>
  call('contains', of, lift(sought, 'string')) as Expression<'boolean', Or<N, NullOf<R>>>;
/** Position of the first occurrence, from 1, in code points; 0: there is none. */
export const position = <N extends boolean, const R extends TextOperand>(of: Text<N>, sought: R) =>
  call('position', of, lift(sought, 'string')) as Expression<'int', Or<N, NullOf<R>>>;
/** In code points. */
export const length = <N extends boolean>(of: Text<N>): Expression<'int', N> =>
  call('length', of) as Expression<'int', N>;

export const listLength = <N extends boolean>(of: Expression<`list(${ScalarTypeName})`, N>): Expression<'int', N> =>
  call('listLength', of) as Expression<'int', N>;
export const listContains = <T extends ScalarTypeName, N extends boolean, const R extends Operand<NoInfer<T>>>(
  of: Expression<`list(${T})`, N>,
  item: R,
) => call('listContains', of, lift(item, itemTypeOf(of.type) ?? of.type)) as Expression<'boolean', Or<N, NullOf<R>>>;

/** A part of a date, or of a timestamp by the calendar and clocks of a zone (IANA name). Weeks and their years are ISO 8601's. */
export function datePart<N extends boolean>(of: Expression<'date', N>, part: DayPart): Expression<'int', N>;
export function datePart<N extends boolean>(
  of: Expression<'timestamp', N>,
  part: TimePart,
  timeZone: string,
): Expression<'int', N>;
export function datePart(of: ExpressionNode, part: string, timeZone?: string): ExpressionNode {
  return call(
    'datePart',
    of,
    ...[part, ...(timeZone === undefined ? [] : [timeZone])].map((name) => lift(name, 'string')),
  );
}
/** The start of the window of that unit which holds the time. */
export const truncate = <N extends boolean>(
  of: Expression<'timestamp', N>,
  unit: TruncateUnit,
  timeZone = 'UTC',
): Expression<'timestamp', N> =>
  call('truncate', of, lift(unit, 'string'), lift(timeZone, 'string')) as Expression<'timestamp', N>;
/** The date that the zone's calendars show. */
export const dateOf = <N extends boolean>(of: Expression<'timestamp', N>, timeZone = 'UTC'): Expression<'date', N> =>
  call('dateOf', of, lift(timeZone, 'string')) as Expression<'date', N>;

/** Digits of an int or a decimal (with all digits of its scale), `true` or `false`. */
export const toText = <N extends boolean>(of: Expression<ExactTypeName | 'boolean' | 'string', N>): Text<N> =>
  call('toText', of) as Text<N>;
/** The int whose decimal digits (at most 19, and a minus) the text is; null where it is none. */
export const parseInteger = (of: Text): Expression<'int', true> => call('parseInteger', of) as Expression<'int', true>;

/** More than any text has. */
const WHOLE = 2_147_483_647;

const call = (name: Parameters<typeof nodes.call>[0], ...operands: readonly ExpressionNode[]): ExpressionNode =>
  nodes.call(name, operands);
