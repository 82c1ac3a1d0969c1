import { computedOnce } from '../compile/computed-once.js';
import type { ExpressionFunction } from './expression-function.js';
import { LOWER_TO_UPPER } from './letter-cases.js';

const lettersOf = (pairs: ReadonlyMap<string, string>): string => [...pairs.keys()].join('');
const imagesOf = (pairs: ReadonlyMap<string, string>): string => [...pairs.values()].join('');
const UPPER_TO_LOWER = new Map([...LOWER_TO_UPPER].map(([lower, upper]) => [upper, lower]));

/** Beyond every text, and far from where 64 bits end. */
const FAR = 2_147_483_647;
const clamped = (value: unknown): number => (Number(value) > FAR ? FAR : Number(value) < -FAR ? -FAR : Number(value));
const clampedSql = (value = ''): string => `greatest(least(${value}, ${FAR}), -${FAR})`;

/** Of a character beyond U+FFFF. */
const SURROGATE = /[\ud800-\udfff]/;

/** Positions and lengths are in code points, positions from 1. */
export const textFunctions = {
  lower: translation(UPPER_TO_LOWER),
  upper: translation(LOWER_TO_UPPER),
  concat: {
    javaScript: (...texts) => texts.join(''),
    sql: (texts) => `(${texts.join(' || ')})`,
  },
  /** The characters at the positions from `start` to `start + length − 1`, as far as there are any. */
  substring: {
    javaScript(text, start, length) {
      const from = clamped(start);
      const end = Math.max(clamped(from + clamped(length)), 1) - 1;
      const begin = Math.max(from, 1) - 1;
      const whole = String(text);
      return SURROGATE.test(whole) ? [...whole].slice(begin, end).join('') : whole.slice(begin, Math.max(begin, end));
    },
    sql: (operands) =>
      computedOnce(operands, (text, start, length) => {
        const from = `greatest(${clampedSql(start)}, 1)`;
        const end = `least(${clampedSql(start)} + ${clampedSql(length)}, ${FAR})`;
        // greatest and least pass over nulls
        return `CASE WHEN ${start} IS NOT NULL AND ${length} IS NOT NULL THEN substring(${text}, ${from}, greatest(${end} - ${from}, 0)) END`;
      }),
  },
  startsWith: {
    javaScript: (text, start) => String(text).startsWith(String(start)),
    sql: ([text, start]) => `starts_with(${text}, ${start})`,
  },
  contains: {
    javaScript: (text, sought) => String(text).includes(String(sought)),
    sql: ([text, sought]) => `contains(${text}, ${sought})`,
  },
  /** Of the first occurrence; 0: there is none. */
  position: {
    javaScript(text, sought) {
      const index = String(text).indexOf(String(sought));
      return index < 0 ? 0 : codePoints(String(text).slice(0, index)) + 1;
    },
    sql: ([text, sought]) => `strpos(${text}, ${sought})`,
  },
  length: {
    javaScript: (text) => codePoints(String(text)),
    sql: ([text]) => `length(${text})`,
  },
} satisfies Readonly<Record<string, ExpressionFunction>>;

/** Letter by letter, the same table in both: whose rules a language's own functions follow depends on their version of Unicode. */
function translation(pairs: ReadonlyMap<string, string>): ExpressionFunction {
  return {
    javaScript(text) {
      let translated = '';
      for (const character of String(text)) translated += pairs.get(character) ?? character;
      return translated;
    },
    sql: ([text], _nodes, { quoteText }) =>
      `translate(${text}, ${quoteText(lettersOf(pairs))}, ${quoteText(imagesOf(pairs))})`,
  };
}

function codePoints(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0xdc00 || unit > 0xdfff) count += 1;
  }
  return count;
}
