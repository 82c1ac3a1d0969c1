import { impossible } from '../errors/twofold-error.js';
import type { Field, Scalar } from './data-type.js';
import type { EventType } from './event-type.js';
import { parseTimestamp } from './parse-timestamp.js';

/** Why data is not what its declared version says; `pointer` is relative to the data (RFC 6901). */
export type DataProblem = { readonly code: 'invalid-data'; readonly message: string; readonly pointer: string };

/** Fills `values` with the fields' values in declared order. null: the data is valid; else the first problem, and `values` is undefined. */
export type DataReader = (data: unknown, values: Scalar[]) => DataProblem | null;

/**
 * Compiles the check of an event's data to one JavaScript function. Every reader of the log uses it,
 * so that all of them come to the same verdict.
 */
export function dataReaderOf(event: EventType): DataReader {
  const fields = Object.entries(event.fields);
  const lines = fields.map(([name, field], index) => readField(JSON.stringify(name), field, `values[${index}]`));
  const known = fields.map(([name]) => `case ${JSON.stringify(name)}: continue;`).join(' ');
  const source = `return (data, values) => {
    if (data === null || typeof data !== 'object' || Array.isArray(data)) return tell(null, 'must be an object');
    let v;
    ${lines.join('\n    ')}
    for (const name in data) switch (name) { ${known} default: return tell(name, 'is not a field of ' + event); }
    return null;
  };`;
  const compiled = new Function('tell', 'isText', 'parseTimestamp', 'event', source) as Compiler;
  return compiled(tell, isText, parseTimestamp, `${event.type} version ${event.version}`);
}

type Compiler = (
  tellProblem: typeof tell,
  isWellFormedText: typeof isText,
  parse: typeof parseTimestamp,
  event: string,
) => DataReader;

function readField(name: string, field: Field, target: string): string {
  const missing = field.optional ? `${target} = null;` : `return tell(${name}, 'is missing');`;
  return `v = data[${name}]; if (v === undefined || v === null) { ${missing} } else { ${readValue(name, field, target)} }`;
}

function readValue(name: string, field: Field, target: string): string {
  switch (field.kind) {
    case 'string':
      return `if (typeof v !== 'string') return tell(${name}, 'must be a string');
        if (v.length > ${field.maxLength ?? 0}) return tell(${name}, 'must have at most ${field.maxLength ?? 0} characters');
        if (!isText(v)) return tell(${name}, 'must be well-formed Unicode without U+0000'); ${target} = v;`;
    // + 0 makes −0 a plain 0, so that every engine sees one zero
    case 'int':
      return `if (!Number.isSafeInteger(v)) return tell(${name}, 'must be an integer within ±(2^53 − 1)'); ${target} = v + 0;`;
    case 'double':
      return `if (!Number.isFinite(v)) return tell(${name}, 'must be a number'); ${target} = v + 0;`;
    case 'boolean':
      return `if (typeof v !== 'boolean') return tell(${name}, 'must be true or false'); ${target} = v;`;
    case 'timestamp':
      return `v = typeof v === 'string' ? parseTimestamp(v) : null;
        if (v === null) return tell(${name}, 'must be an RFC 3339 date and time, such as 2001-03-01T12:30:00Z'); ${target} = v;`;
    default:
      return impossible(`field kind ${String(field.kind satisfies never)}`);
  }
}

/** Text that every engine and store keeps as it is. */
export const isText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** null: of the data as a whole. */
const tell = (name: string | null, what: string): DataProblem => ({
  code: 'invalid-data',
  message: `${name === null ? 'data' : name === '' ? '""' : name} ${what}`,
  pointer: name === null ? '' : `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
});
