import type { Field, Value } from './data-type.js';
import type { EventType } from './event-type.js';
import { leavesOf } from './leaves.js';
import { parseDate } from './parse-date.js';
import { parseDecimal } from './parse-decimal.js';
import { parseTimestamp } from './parse-timestamp.js';
import { TextInterner } from './text-interner.js';

/**
 * Fills `values` (in declared order) straight from the bytes [start, end) of JSON text of one known shape. false: they are
 * anything else, be it another shape, an escape, a number written unusually, or wrong; then `values` is undefined and the
 * text must be parsed.
 */
export type DataScanner = (bytes: Buffer, start: number, end: number, values: Value[]) => boolean;

/**
 * Compiles a scanner for data whose members stand in the order `names`, without white space, as JSON.stringify writes
 * it. It takes what `dataReaderOf` would take, with the same values, or nothing (by property test). null: no scanner can
 * be made for this event type and shape.
 */
export function compileDataScanner(event: EventType, names: readonly string[]): DataScanner | null {
  const leaves = leavesOf(event).map(({ path }) => path);
  const isWhole = Object.keys(event.fields).every(
    (name) => names.includes(name) || event.fields[name]?.optional === true,
  );
  if (!isWhole || new Set(names).size !== names.length || names.length === 0) return null;
  const steps: string[] = [];
  for (const [position, name] of names.entries()) {
    const field = event.fields[name];
    const read = field === undefined ? null : readSource(field, leaves.indexOf(name));
    if (read === null) return null;
    steps.push(expect(`${position === 0 ? '{' : ','}${JSON.stringify(name)}:`), read);
  }
  const absent = leaves.flatMap((path, index) =>
    names.some((name) => path === name || path.startsWith(`${name}.`)) ? [] : [`values[${index}] = null;`],
  );
  const source = `return (b, from, to, values) => {
    let p = from, c = 0, start = 0, hash = 0, n = 0, negative = false;
    ${steps.join('\n    ')}
    ${expect('}')}
    ${absent.join(' ')}
    return p === to;
  };`;
  const compiled = new Function('parseTimestamp', 'parseDate', 'parseDecimal', 'texts', source) as Compiler;
  return compiled(
    parseTimestamp,
    parseDate,
    parseDecimal,
    leaves.map(() => new TextInterner()),
  );
}

type Compiler = (
  timestamp: typeof parseTimestamp,
  date: typeof parseDate,
  decimal: typeof parseDecimal,
  texts: readonly TextInterner[],
) => DataScanner;

/** Goes on past exactly these characters. Beyond the end stands something else or nothing; in the end p tells. */
function expect(literal: string): string {
  const tests = [...literal].map((_, index) => `b[p + ${index}] !== ${literal.charCodeAt(index)}`);
  return `if (${tests.join(' || ')}) return false; p += ${literal.length};`;
}

/** null: a field of this kind is left to the parser. */
function readSource(field: Field, index: number): string | null {
  const target = `values[${index}]`;
  const value = valueSource(field, target, `texts[${index}].textOf(b, start, p++, hash)`);
  if (value === null || !field.optional) return value;
  return `if (b[p] === 110) { ${expect('null')} ${target} = null; } else { ${value} }`;
}

function valueSource(field: Field, target: string, text: string): string | null {
  switch (field.kind) {
    case 'string':
      return `${STRING} if (p - start > ${field.maxLength}) return false; ${target} = ${text};`;
    case 'enum':
      return `${STRING} n = ${text}; if (${field.values.map((value) => `n !== ${JSON.stringify(value)}`).join(' && ')}) return false; ${target} = n;`;
    case 'date':
      return `${STRING} n = parseDate(${text}); if (n === null) return false; ${target} = n;`;
    case 'decimal':
      return `${STRING} n = parseDecimal(${text}, ${field.scale}); if (n === null) return false; ${target} = n;`;
    case 'timestamp':
      return `${STRING} n = parseTimestamp(${text}); if (n === null) return false; ${target} = n;`;
    case 'int':
      return `${INTEGER} ${target} = n;`;
    case 'boolean':
      return `if (b[p] === 116) { ${expect('true')} ${target} = true; } else { ${expect('false')} ${target} = false; }`;
    case 'double':
    case 'list':
    case 'record':
      return null;
  }
}

/** Plain printable ASCII between quotes, from start to p; an escape or anything beyond ASCII is left to the parser. */
const STRING = `if (b[p] !== 34) return false; start = ++p; hash = 0;
      while ((c = b[p]) !== 34) { if (!(c >= 32 && c < 127) || c === 92) return false; hash = (hash * 31 + c) | 0; p++; }`;

/** Digits, fewer than would leave ±(2^53 − 1), without a leading zero; a fraction or an exponent does not follow, for a comma or brace must. */
const INTEGER = `negative = b[p] === 45; if (negative) p++; start = p; n = 0;
      while ((c = b[p]) >= 48 && c <= 57) { n = n * 10 + c - 48; p++; }
      if (p === start || p - start > 15 || (p - start > 1 && b[start] === 48)) return false;
      if (negative) n = 0 - n;`;
