import type { Field, Scalar } from './data-type.js';
import type { EventType } from './event-type.js';
import { parseTimestamp } from './parse-timestamp.js';

/**
 * Fills `values` (in declared order) straight from JSON text of one known shape. false: the text is anything else, be it
 * another shape, an escape, a number written unusually, or wrong; then `values` is undefined and the text must be parsed.
 */
export type DataScanner = (text: string, values: Scalar[]) => boolean;

/**
 * Compiles a scanner for data whose members stand in the order `names`, without white space, as JSON.stringify writes
 * it. It takes what `dataReaderOf` would take, with the same values, or nothing (by property test). null: no scanner can
 * be made for this event type and shape.
 */
export function compileDataScanner(event: EventType, names: readonly string[]): DataScanner | null {
  const declared = Object.keys(event.fields);
  const isWhole = declared.every((name) => names.includes(name) || event.fields[name]?.optional === true);
  if (!isWhole || new Set(names).size !== names.length || names.length === 0) return null;
  const steps: string[] = [];
  for (const [position, name] of names.entries()) {
    const field = event.fields[name];
    const read = field === undefined ? null : readSource(field, `values[${declared.indexOf(name)}]`);
    if (read === null) return null;
    steps.push(expect(`${position === 0 ? '{' : ','}${JSON.stringify(name)}:`), read);
  }
  const absent = declared
    .filter((name) => !names.includes(name))
    .map((name) => `values[${declared.indexOf(name)}] = null;`);
  const source = `return (text, values) => {
    let p = 0, c = 0, start = 0, n = 0, negative = false;
    ${steps.join('\n    ')}
    ${expect('}')}
    ${absent.join(' ')}
    return p === text.length;
  };`;
  return (new Function('parseTimestamp', source) as (parse: typeof parseTimestamp) => DataScanner)(parseTimestamp);
}

/** Goes on past exactly these characters. */
function expect(literal: string): string {
  const tests = [...literal].map((_, index) => `text.charCodeAt(p + ${index}) !== ${literal.charCodeAt(index)}`);
  return `if (${tests.join(' || ')}) return false; p += ${literal.length};`;
}

/** null: a field of this kind is left to the parser. */
function readSource(field: Field, target: string): string | null {
  const value = valueSource(field, target);
  if (value === null || !field.optional) return value;
  return `if (text.charCodeAt(p) === 110) { ${expect('null')} ${target} = null; } else { ${value} }`;
}

function valueSource(field: Field, target: string): string | null {
  switch (field.kind) {
    case 'string':
      return `${STRING} if (p - start > ${field.maxLength ?? 0}) return false; ${target} = text.substring(start, p++);`;
    case 'timestamp':
      return `${STRING} n = parseTimestamp(text.substring(start, p++)); if (n === null) return false; ${target} = n;`;
    case 'int':
      return `${INTEGER} ${target} = n;`;
    case 'boolean':
      return `if (text.charCodeAt(p) === 116) { ${expect('true')} ${target} = true; } else { ${expect('false')} ${target} = false; }`;
    case 'double':
      return null;
  }
}

/** Plain printable ASCII between quotes, from start to p; an escape or anything beyond ASCII is left to the parser. */
const STRING = `if (text.charCodeAt(p) !== 34) return false; start = ++p;
      while ((c = text.charCodeAt(p)) !== 34) { if (!(c >= 32 && c < 127) || c === 92) return false; p++; }`;

/** Digits, fewer than would leave ±(2^53 − 1), without a leading zero; a fraction or an exponent does not follow, for a comma or brace must. */
const INTEGER = `negative = text.charCodeAt(p) === 45; if (negative) p++; start = p; n = 0;
      while ((c = text.charCodeAt(p)) >= 48 && c <= 57) { n = n * 10 + c - 48; p++; }
      if (p === start || p - start > 15 || (p - start > 1 && text.charCodeAt(start) === 48)) return false;
      if (negative) n = 0 - n;`;
