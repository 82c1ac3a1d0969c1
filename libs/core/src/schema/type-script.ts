import { impossible } from '../errors/twofold-error.js';
import type { Field, Fields, ValueField } from '../events/data-type.js';
import type { EventType } from '../events/event-type.js';
import type { Catalog } from '../views/catalog.js';
import type { ColumnType } from '../views/view-definition.js';
import type { ViewPlan } from '../views/view-plan.js';

const HEAD = `/** A 64-bit integer: a number within ±(2^53 − 1), the string of its digits beyond. */
export type Int = number | string;
/** Such as "12.30". */
export type Decimal = string;
/** RFC 3339, such as "2001-03-01T12:30:00Z". */
export type Timestamp = string;
/** Such as "2001-03-01". */
export type CalendarDate = string;
/** The instants [start, end). */
export type Window = { readonly start: Timestamp; readonly end: Timestamp };
/** Of a view, or a roll-up, over all time. */
export type AllTime = { readonly start: null; readonly end: null };
`;

/**
 * TypeScript declarations of what goes over the wire, as JSON has it: the data of each version of each event, and the rows
 * of each view as they are without roll-up.
 */
export const typeScriptOf = ({ events, views }: Catalog): string => `${HEAD}
/** The data of events, by type and version. */
export type EventData = {
${[...Map.groupBy(events, ({ type }) => type)].map(([type, versions]) => typesOf(type, versions)).join('')}};

/** The rows of views, by name. */
export type ViewRow = {
${views.map(typeOfRow).join('')}};
`;

const typesOf = (type: string, versions: readonly EventType[]): string => `  readonly ${quoted(type)}: {
${versions.map((event) => `${comment(event.description, 4)}    readonly ${event.version}: ${typeOfFields(event.fields, 4)};\n`).join('')}  };
`;

function typeOfFields(fields: Fields, indent: number): string {
  const members = Object.entries(fields).map(
    ([name, field]) =>
      `${' '.repeat(indent + 2)}readonly ${name}${field.optional ? '?' : ''}: ${typeOfField(field, indent + 2)}${field.optional ? ' | null' : ''};\n`,
  );
  return members.length === 0 ? 'Readonly<Record<string, never>>' : `{\n${members.join('')}${' '.repeat(indent)}}`;
}

const typeOfField = (field: Field, indent: number): string =>
  field.kind === 'record' ? typeOfFields(field.fields, indent) : typeOfValue(field);

function typeOfValue(field: ValueField): string {
  switch (field.kind) {
    case 'enum':
      return field.values.map(quoted).join(' | ');
    case 'list':
      return `readonly (${typeOfValue(field.of)})[]`;
    default:
      return typeNamed(field.type);
  }
}

function typeOfRow({ id, definition, dimensions, measures }: ViewPlan): string {
  const column = ({ name, column }: { readonly name: string; readonly column: ColumnType }): string =>
    `    readonly ${name}: ${typeNamed(column.type)}${column.nullable ? ' | null' : ''};\n`;
  const window = definition.window.unit === 'all' ? 'AllTime' : 'Window';
  return `${comment(definition.description, 2)}  readonly ${quoted(id.name)}: {
${dimensions.map(column).join('')}    readonly window: ${window};
${measures.map(column).join('')}  };
`;
}

function typeNamed(type: ColumnType['type']): string {
  switch (type) {
    case 'string':
    case 'boolean':
      return type;
    case 'int':
      return 'Int';
    case 'double':
      return 'number';
    case 'timestamp':
      return 'Timestamp';
    case 'date':
      return 'CalendarDate';
    case 'histogram':
      return 'readonly Int[]';
    default:
      return type.startsWith('decimal(') ? 'Decimal' : impossible(`a value of ${type} on the wire`);
  }
}

const comment = (text: string, indent: number): string =>
  text === '' ? '' : `${' '.repeat(indent)}/** ${text.replaceAll('*/', '*\\/').replaceAll(/\s+/g, ' ')} */\n`;

const quoted = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
