import { MAX_DECIMAL_DIGITS, type Field, type Fields } from './data-type.js';
import { isText } from './is-text.js';

type Refuse = (message: string, pointer: string) => never;

const FIELD_NAME = /^[a-z][A-Za-z0-9]*$/;
const MAX_FIELD_NAME_LENGTH = 64;
/** Each is a column of the archive, and a step of every reader. */
const MAX_LEAVES = 500;
/** Records within records: deeper is a schema of its own. */
const MAX_DEPTH = 4;
/** Longer than any message of the log is. */
const MAX_TEXT_LENGTH = 1_048_576;
const MAX_LIST_ITEMS = 10_000;
const MAX_ENUM_VALUES = 1_000;
const MAX_ENUM_VALUE_LENGTH = 200;

/** Whether the fields of an event's data can be declared so; pointers are below `/data`. */
export function checkFields(fields: Fields, refuse: Refuse): void {
  let leaves = 0;
  const checkRecord = (record: Fields, pointer: string, depth: number): void => {
    if (depth > MAX_DEPTH) refuse(`records are at most ${MAX_DEPTH} deep`, pointer);
    if (depth > 1 && Object.keys(record).length === 0) refuse('a record has a field', pointer);
    const taken = new Map<string, string>();
    for (const [name, field] of Object.entries(record)) {
      const place = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      checkName(name, taken, place, refuse);
      if (field.kind === 'record') checkRecord(field.fields, place, depth + 1);
      else {
        leaves += 1;
        checkField(field, place, refuse);
      }
    }
  };
  checkRecord(fields, '/data', 1);
  if (leaves > MAX_LEAVES) refuse(`at most ${MAX_LEAVES} fields, these are ${leaves}`, '/data');
}

function checkName(name: string, taken: Map<string, string>, place: string, refuse: Refuse): void {
  if (!FIELD_NAME.test(name) || name.length > MAX_FIELD_NAME_LENGTH)
    refuse(
      `a field is a camelCase word of at most ${MAX_FIELD_NAME_LENGTH} characters, ${JSON.stringify(name)} is not`,
      place,
    );
  // every object has one already, so data without the field would not be seen to lack it
  if (name in {}) refuse(`${name} is a word of JavaScript`, place);
  const other = taken.get(name.toLowerCase());
  if (other !== undefined)
    refuse(`${other} and ${name} differ in case only, which columns of the archive do not`, place);
  taken.set(name.toLowerCase(), name);
}

function checkField(field: Exclude<Field, { kind: 'record' }>, place: string, refuse: Refuse): void {
  switch (field.kind) {
    case 'string':
      if (!isWithin(field.maxLength, 1, MAX_TEXT_LENGTH))
        refuse(`a maxLength is a whole number from 1 to ${MAX_TEXT_LENGTH}`, `${place}/maxLength`);
      return;
    case 'decimal':
      if (!isWithin(field.scale, 0, MAX_DECIMAL_DIGITS))
        refuse(`a scale is a whole number from 0 to ${MAX_DECIMAL_DIGITS}`, `${place}/scale`);
      return;
    case 'enum':
      return checkEnum(field.values, `${place}/values`, refuse);
    case 'list':
      if (!isWithin(field.maxItems, 1, MAX_LIST_ITEMS))
        refuse(`maxItems is a whole number from 1 to ${MAX_LIST_ITEMS}`, `${place}/maxItems`);
      if (field.of.optional) refuse('the items of a list are never null', `${place}/of`);
      return checkField(field.of, `${place}/of`, refuse);
    case 'int':
    case 'double':
    case 'boolean':
    case 'timestamp':
    case 'date':
      return;
    default:
      return refuse(`${JSON.stringify((field satisfies never as Field).kind)} is no kind of field`, place);
  }
}

function checkEnum(values: readonly string[], place: string, refuse: Refuse): void {
  if (!isWithin(values.length, 1, MAX_ENUM_VALUES)) refuse(`an enum has 1 to ${MAX_ENUM_VALUES} values`, place);
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'string' || !isText(value) || value.length > MAX_ENUM_VALUE_LENGTH)
      refuse(`a value is text of at most ${MAX_ENUM_VALUE_LENGTH} characters`, `${place}/${index}`);
    if (values.indexOf(value) !== index) refuse(`${value} stands twice`, `${place}/${index}`);
  }
}

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;
