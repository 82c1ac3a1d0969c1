import type { EventType } from '../events/event-type.js';
import { TwofoldError } from '../errors/twofold-error.js';
import type { ExpressionNode } from './expression.js';
import type { ViewDefinition } from './view-definition.js';

const VIEW_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const COLUMN_NAME = /^[a-z][A-Za-z0-9]*$/;
/** Names that answers and queries use for something else. */
const RESERVED = new Set([
  'window',
  'from',
  'to',
  'granularity',
  'groupBy',
  'orderBy',
  'limit',
  'cursor',
  'atLeast',
  'waitMs',
  'maxStalenessMs',
]);
/** Each is a level of maps in the fold and a column of a primary key. */
const MAX_DIMENSIONS = 8;
/** Each is up to two columns of a row. */
const MAX_MEASURES = 64;
/** Key of a Postgres index: 2,704 bytes less the other columns; a UTF-16 unit takes at most 3 bytes. */
const MAX_DIMENSION_BYTES = 2_500;
const MAX_NAME_LENGTH = 48;

/** @throws TwofoldError `invalid-view-definition`, with a pointer to the first thing that is wrong */
export function checkView(view: ViewDefinition, event: EventType): void {
  const refuse = (message: string, pointer: string): never => {
    throw new TwofoldError('invalid-view-definition', `view ${JSON.stringify(view.name)}: ${message}`, pointer);
  };
  if (!VIEW_NAME.test(view.name) || view.name.length > MAX_NAME_LENGTH) {
    refuse(`a name is kebab-case of at most ${MAX_NAME_LENGTH} characters`, '/name');
  }
  if (view.measures.length === 0) refuse('a view measures something', '/measures');
  if (view.measures.length > MAX_MEASURES) refuse(`at most ${MAX_MEASURES} measures`, '/measures');
  if (view.by.length > MAX_DIMENSIONS) refuse(`at most ${MAX_DIMENSIONS} dimensions`, '/by');

  const taken = new Set<string>();
  const checkName = (name: string, pointer: string): void => {
    if (!COLUMN_NAME.test(name)) refuse(`${JSON.stringify(name)} is not a camelCase word`, pointer);
    if (name.length > MAX_NAME_LENGTH) refuse(`${name} has more than ${MAX_NAME_LENGTH} characters`, pointer);
    if (RESERVED.has(name)) refuse(`${name} is a word of the query`, pointer);
    if (taken.has(name)) refuse(`${name} stands twice`, pointer);
    taken.add(name);
  };

  if (view.where !== null) {
    if (view.where.type !== 'boolean') refuse(`a filter is boolean, this is ${view.where.type}`, '/where');
    checkFields(view.where, event, '/where', refuse);
  }
  let dimensionBytes = 0;
  for (const { name, of } of view.by) {
    checkName(name, `/by/${name}`);
    checkFields(of, event, `/by/${name}`, refuse);
    if (of.type === 'double')
      refuse('a double is no dimension: equality of doubles is not what anyone means', `/by/${name}`);
    dimensionBytes += of.type === 'string' ? longest(of, event) * 3 : 8;
  }
  if (dimensionBytes > MAX_DIMENSION_BYTES) {
    refuse(
      `the dimensions take up to ${dimensionBytes} bytes, at most ${MAX_DIMENSION_BYTES} are possible: give the strings a maxLength`,
      '/by',
    );
  }
  for (const { name, aggregate } of view.measures) {
    checkName(name, `/measures/${name}`);
    if (aggregate.kind === 'count') continue;
    checkFields(aggregate.of, event, `/measures/${name}`, refuse);
    const mustBeInt = aggregate.kind === 'sum' || aggregate.kind === 'average';
    if (mustBeInt && aggregate.of.type !== 'int') {
      const why =
        aggregate.of.type === 'double' ? ': addition of doubles does not associate, so no two engines would agree' : '';
      refuse(`${aggregate.kind} is of an int, this is ${aggregate.of.type}${why}`, `/measures/${name}`);
    }
  }
}

/** Every field that is named stands in the event, with the type that the reference says. */
function checkFields(
  node: ExpressionNode,
  event: EventType,
  pointer: string,
  refuse: (message: string, pointer: string) => never,
): void {
  if (node.kind === 'field') {
    const field = event.fields[node.name];
    if (field === undefined)
      return refuse(`${event.type} version ${event.version} has no field ${JSON.stringify(node.name)}`, pointer);
    if (field.kind !== node.type || field.optional !== node.nullable)
      refuse(`${node.name} is of another type`, pointer);
  }
  for (const [index, operand] of operandsOf(node).entries()) checkFields(operand, event, `${pointer}/${index}`, refuse);
}

export function operandsOf(node: ExpressionNode): readonly ExpressionNode[] {
  switch (node.kind) {
    case 'field':
    case 'event-time':
    case 'literal':
      return [];
    case 'compare':
    case 'arithmetic':
      return [node.left, node.right];
    case 'and':
    case 'or':
    case 'coalesce':
      return node.operands;
    case 'not':
    case 'is-null':
      return [node.operand];
  }
}

/** Greatest length of a text expression's value, in UTF-16 units. */
function longest(node: ExpressionNode, event: EventType): number {
  if (node.kind === 'field') return event.fields[node.name]?.maxLength ?? 0;
  if (node.kind === 'literal') return String(node.value).length;
  return Math.max(0, ...operandsOf(node).map((operand) => longest(operand, event)));
}
