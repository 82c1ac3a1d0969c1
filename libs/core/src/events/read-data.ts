import { impossible } from '../errors/twofold-error.js';
import type { Field, Fields, ScalarField, Value } from './data-type.js';
import type { EventType } from './event-type.js';
import { isText } from './is-text.js';
import { leavesOf } from './leaves.js';
import { parseDate } from './parse-date.js';
import { parseDecimal, parseInteger } from './parse-decimal.js';
import { parseTimestamp } from './parse-timestamp.js';

/** Why data is not what its declared version says; `pointer` is relative to the data (RFC 6901). */
export type DataProblem = { readonly code: 'invalid-data'; readonly message: string; readonly pointer: string };

/** Fills `values` with the leaves' values in declared order. null: the data is valid; else the first problem, and `values` is undefined. */
export type DataReader = (data: unknown, values: Value[]) => DataProblem | null;

/**
 * Compiles the check of an event's data to one JavaScript function. Every reader of the log uses it,
 * so that all of them come to the same verdict.
 */
export function dataReaderOf(event: EventType): DataReader {
  const compiled = new Function(...Object.keys(RUNTIME), 'event', new ReaderText(event).text) as Compiler;
  return compiled(...Object.values(RUNTIME), `${event.type} version ${event.version}`);
}

type Compiler = (...given: readonly unknown[]) => DataReader;

/** Writes the text of one reader, record by record. */
class ReaderText {
  readonly text: string;
  private readonly indexes: ReadonlyMap<string, number>;
  private readonly enums: string[] = [];
  private records = 0;

  constructor(event: EventType) {
    this.indexes = new Map(leavesOf(event).map(({ path }, index) => [path, index]));
    const body = this.readRecord('data', event.fields, '', '');
    this.text = `${this.enums.join('\n')}
    return (data, values) => {
      if (data === null || typeof data !== 'object' || Array.isArray(data)) return tell('', 'must be an object');
      let v, items, item;
      ${body}
      return null;
    };`;
  }

  /** `path` and `pointer` are those of the record; both are '' of the data. */
  private readRecord(object: string, fields: Fields, path: string, pointer: string): string {
    const lines = Object.entries(fields).map(([name, field]) =>
      this.readField(object, name, field, `${path}${name}`, `${pointer}/${name}`),
    );
    const known = Object.keys(fields).map((name) => `case ${JSON.stringify(name)}: continue;`);
    return `${lines.join('\n      ')}
      for (const name in ${object}) switch (name) { ${known.join(' ')} default: return tell(${JSON.stringify(pointer)} + '/' + escaped(name), 'is not a field of ' + event); }`;
  }

  private readField(object: string, name: string, field: Field, path: string, pointer: string): string {
    const place = JSON.stringify(pointer);
    const missing = field.optional
      ? this.leavesBelow(path)
          .map((index) => `values[${index}] = null;`)
          .join(' ')
      : `return tell(${place}, 'is missing');`;
    return `v = ${object}[${JSON.stringify(name)}]; if (v === undefined || v === null) { ${missing} } else { ${this.readPresent(field, path, pointer)} }`;
  }

  private readPresent(field: Field, path: string, pointer: string): string {
    const place = JSON.stringify(pointer);
    if (field.kind === 'record') {
      const object = `r${this.records++}`;
      return `if (typeof v !== 'object' || Array.isArray(v)) return tell(${place}, 'must be an object');
        const ${object} = v; ${this.readRecord(object, field.fields, `${path}.`, pointer)}`;
    }
    const target = `values[${this.indexes.get(path)}]`;
    if (field.kind !== 'list') return this.readScalar(field, 'v', place, target);
    return `if (!Array.isArray(v)) return tell(${place}, 'must be an array');
        if (v.length > ${field.maxItems}) return tell(${place}, 'must have at most ${field.maxItems} items');
        items = new Array(v.length);
        for (let n = 0; n < v.length; n++) { item = v[n]; ${this.readScalar(field.of, 'item', `${place} + '/' + n`, 'items[n]')} }
        ${target} = items;`;
  }

  private readScalar(field: ScalarField, v: string, place: string, target: string): string {
    const must = (what: string): string => `return tell(${place}, ${JSON.stringify(`must be ${what}`)});`;
    switch (field.kind) {
      case 'string':
        return `if (typeof ${v} !== 'string') ${must('a string')}
        if (${v}.length > ${field.maxLength}) return tell(${place}, 'must have at most ${field.maxLength} characters');
        if (!isText(${v})) ${must('well-formed Unicode without U+0000')} ${target} = ${v};`;
      case 'enum': {
        const name = `enum${this.enums.length}`;
        this.enums.push(`const ${name} = new Set(${JSON.stringify(field.values)});`);
        return `if (!${name}.has(${v})) ${must(`one of ${field.values.join(', ')}`.slice(0, MAX_TOLD))} ${target} = ${v};`;
      }
      // + 0 makes −0 a plain 0, so that every engine sees one zero
      case 'int':
        return `if (typeof ${v} === 'string') { ${v} = parseInteger(${v}); if (${v} === null) ${must(INT)} } else if (!Number.isSafeInteger(${v})) ${must(INT)}
        ${target} = typeof ${v} === 'number' ? ${v} + 0 : ${v};`;
      case 'decimal':
        return `${v} = typeof ${v} === 'string' ? parseDecimal(${v}, ${field.scale}) : null;
        if (${v} === null) ${must(`a decimal as a string, of at most 18 digits, ${field.scale} of them after the point`)} ${target} = ${v};`;
      case 'double':
        return `if (!Number.isFinite(${v})) ${must('a number')} ${target} = ${v} + 0;`;
      case 'boolean':
        return `if (typeof ${v} !== 'boolean') ${must('true or false')} ${target} = ${v};`;
      case 'timestamp':
        return `${v} = typeof ${v} === 'string' ? parseTimestamp(${v}) : null;
        if (${v} === null) ${must('an RFC 3339 date and time, such as 2001-03-01T12:30:00Z')} ${target} = ${v};`;
      case 'date':
        return `${v} = typeof ${v} === 'string' ? parseDate(${v}) : null;
        if (${v} === null) ${must('a date, such as 2001-03-01')} ${target} = ${v};`;
      default:
        return impossible(`field kind ${String((field satisfies never as ScalarField).kind)}`);
    }
  }

  private leavesBelow(path: string): readonly number[] {
    return [...this.indexes].flatMap(([leaf, index]) => (leaf === path || leaf.startsWith(`${path}.`) ? [index] : []));
  }
}

const INT = 'a 64-bit integer: a number within ±(2^53 − 1), or a string of its digits';
/** Of the values of an enum, characters. */
const MAX_TOLD = 200;

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** `pointer` '' is the data as a whole. */
const tell = (pointer: string, what: string): DataProblem => ({
  code: 'invalid-data',
  message: `${pointer === '' ? 'data' : nameAt(pointer)} ${what}`,
  pointer,
});

const nameAt = (pointer: string): string => {
  const name = pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');
  return name === '' ? '""' : name;
};

const RUNTIME = { tell, escaped, isText, parseInteger, parseDecimal, parseTimestamp, parseDate };

export { isText };
