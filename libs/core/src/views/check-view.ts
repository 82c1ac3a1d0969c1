import type { EventType } from '../events/event-type.js';
import type { Leaf } from '../events/leaves.js';
import { isTimeZone } from '../time/zone-offsets.js';
import { REQUEST_WORDS } from './request-words.js';
import { checkAggregate } from './check-aggregate.js';
import { checkExpression } from './check-expression.js';
import type { ExpressionNode } from './expression.js';
import { isScalarType } from './nodes.js';
import { leavesOfAll } from './references.js';
import { longestText } from './text-bounds.js';
import { WINDOW_UNITS, type ProjectionDefinition, type ViewDefinition } from './view-definition.js';
import { conflictOf, refusalOf, tokenOf, type RefuseView } from './view-problem.js';

const VIEW_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const COLUMN_NAME = /^[a-z][A-Za-z0-9]*$/;
/** Names that answers and queries use for something else. */
const RESERVED = new Set(['window', ...REQUEST_WORDS]);
/** Each is a level of maps in the fold and a column of a primary key. */
const MAX_DIMENSIONS = 8;
/** Each is up to three columns of a row. */
const MAX_MEASURES = 64;
/** Each has SQL and a part of the fold of its own. */
const MAX_EVENTS = 16;
/** Key of a Postgres index: 2,704 bytes less the other columns; a UTF-16 unit takes at most 3 bytes. */
const MAX_DIMENSION_BYTES = 2_500;
const BYTES_OF_NUMBER = 8;
const BYTES_OF_UNIT = 3;
const MAX_NAME_LENGTH = 48;

/** @throws TwofoldError `invalid-view-definition`, with a pointer to the first thing that is wrong */
export function checkView(view: ViewDefinition, events: readonly EventType[]): void {
  const refuse = refusalOf(view.name);
  checkReading(view, events, refuse);
  checkWindow(view, refuse);
  if (view.by.length > MAX_DIMENSIONS) refuse(`at most ${MAX_DIMENSIONS} dimensions`, '/by');

  const leaves = leavesOfAll(events, conflictOf(view.name));
  const checkName = uniqueNames(refuse);
  if (view.where !== null) {
    checkExpression(view.where, leaves, refuse, '/where');
    if (view.where.type !== 'boolean') refuse(`a filter is boolean, this is ${view.where.type}`, '/where');
  }
  for (const { name, of } of view.by) {
    checkName(name, `/by/${tokenOf(name)}`);
    checkExpression(of, leaves, refuse, `/by/${tokenOf(name)}`);
  }
  checkDimensions(view, leaves, refuse);
  for (const { name, aggregate } of view.measures) {
    checkName(name, `/measures/${tokenOf(name)}`);
    checkAggregate(aggregate, leaves, refuse, `/measures/${tokenOf(name)}`);
  }
}

/** What views and projections have in common: a name, events, and measures. */
export function checkReading(
  { name, from, measures }: ViewDefinition | ProjectionDefinition,
  events: readonly EventType[],
  refuse: RefuseView,
): void {
  if (!VIEW_NAME.test(name) || name.length > MAX_NAME_LENGTH)
    refuse(`a name is kebab-case of at most ${MAX_NAME_LENGTH} characters`, '/name');
  checkEvents(from, events, refuse);
  if (measures.length === 0) refuse('a view measures something', '/measures');
  if (measures.length > MAX_MEASURES) refuse(`at most ${MAX_MEASURES} measures`, '/measures');
}

function checkEvents(from: ViewDefinition['from'], events: readonly EventType[], refuse: RefuseView): void {
  if (from.length === 0 || from.length > MAX_EVENTS) refuse(`a view reads 1 to ${MAX_EVENTS} events`, '/from');
  const types = from.map(({ type }) => type);
  const twice = types.findIndex((type, index) => types.indexOf(type) !== index);
  if (twice >= 0) refuse(`${types[twice]} stands twice`, `/from/${twice}`);
  for (const [index, { type, version, stream }] of from.entries()) {
    const event = events[index];
    if (event?.type !== type || event.version !== version || event.stream !== stream)
      refuse(`there is no ${type} version ${version} on the stream ${stream}`, `/from/${index}`);
  }
}

function checkWindow({ window }: ViewDefinition, refuse: RefuseView): void {
  if (window.kind !== 'tumbling' || !WINDOW_UNITS.includes(window.unit))
    refuse(`a window is of one of ${WINDOW_UNITS.join(', ')}`, '/window/unit');
  if (!isTimeZone(window.timeZone))
    refuse(
      `${JSON.stringify(window.timeZone)} is no time zone of the IANA database, such as Europe/Berlin`,
      '/window/timeZone',
    );
}

function checkDimensions(view: ViewDefinition, leaves: readonly Leaf[], refuse: RefuseView): void {
  let bytes = 0;
  for (const { name, of } of view.by) {
    const pointer = `/by/${tokenOf(name)}`;
    if (of.type === 'double') refuse('a double is no dimension: equality of doubles is not what anyone means', pointer);
    if (!isScalarType(of.type)) refuse('a list is no dimension', pointer);
    bytes += bytesOf(of, leaves);
  }
  if (bytes > MAX_DIMENSION_BYTES)
    refuse(
      `the dimensions take up to ${bytes} bytes, at most ${MAX_DIMENSION_BYTES} are possible: give the strings a maxLength, or take a substring`,
      '/by',
    );
}

const bytesOf = (of: ExpressionNode, leaves: readonly Leaf[]): number =>
  of.type === 'string' ? longestText(of, leaves) * BYTES_OF_UNIT : BYTES_OF_NUMBER;

/** Checks names of columns: each has to be one, and another than those before. */
export function uniqueNames(refuse: RefuseView): (name: string, pointer: string) => void {
  const taken = new Set<string>();
  return (name, pointer) => {
    if (!COLUMN_NAME.test(name)) refuse(`${JSON.stringify(name)} is not a camelCase word`, pointer);
    if (name.length > MAX_NAME_LENGTH) refuse(`${name} has more than ${MAX_NAME_LENGTH} characters`, pointer);
    if (RESERVED.has(name)) refuse(`${name} is a word of the query`, pointer);
    if (taken.has(name)) refuse(`${name} stands twice`, pointer);
    taken.add(name);
  };
}
