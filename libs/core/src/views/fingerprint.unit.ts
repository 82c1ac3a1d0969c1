import { describe, expect, it } from '@jest/globals';
import type { Fields } from '../events/data-type.js';
import { double, int, optional, string } from '../events/data-type.js';
import { defineEvent, type EventType } from '../events/event-type.js';
import { average, count, daily, defineView, hourly, max, min, sum, type FieldReferences } from './define-view.js';
import type { Expression } from './expression.js';
import { and, gt, lt, not } from './expressions.js';
import { fingerprintOf } from './fingerprint.js';
import type { Aggregate, Window } from './view-definition.js';

const fields = { name: string(), note: string(), size: int(), age: optional(int()) };
const declared = { type: 'thing.seen', version: 1, stream: 'things', description: '', data: fields };
const event = defineEvent(declared);
type Thing = FieldReferences<typeof fields>;
type Declaration = {
  readonly name: string;
  readonly description: string;
  readonly from: EventType<typeof fields>;
  readonly where: (thing: Thing) => Expression<'boolean'>;
  readonly by: (thing: Thing) => Readonly<Record<string, Expression>>;
  readonly window: Window;
  readonly measures: (thing: Thing) => Readonly<Record<string, Aggregate>>;
};
const measures = (thing: Thing) => ({ things: count(), totalSize: sum(thing.size) });
const view: Declaration = {
  name: 'things',
  description: 'how many, how big',
  from: event,
  where: (thing) => gt(thing.size, 0),
  by: (thing) => ({ name: thing.name }),
  window: daily(),
  measures,
};
const versionOf = (changes: Partial<Declaration> = {}): string => {
  const declaration = { ...view, ...changes };
  return fingerprintOf(defineView(declaration), declaration.from);
};
const eventWith = (changes: { readonly [N in keyof typeof declared]?: (typeof declared)[N] }) =>
  defineEvent({ ...declared, ...changes });

describe('the version of a view', () => {
  it('is 16 hexadecimal digits', () => {
    expect(versionOf()).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is pinned: the same in every process and release, until the semantics change', () => {
    expect(versionOf()).toBe('1540049ae92921cf');
  });

  it.each<[string, Partial<Declaration>]>([
    ['another description', { description: 'other words' }],
    ['other names of variables', { where: (it) => gt(it.size, 0), measures: (it) => measures(it) }],
    ['an event described in other words', { from: eventWith({ description: 'a thing was seen' }) }],
    [
      'the fields of the event in another order',
      { from: eventWith({ data: { age: fields.age, size: fields.size, note: fields.note, name: fields.name } }) },
    ],
  ])('is the same with %s', (_what, changes) => {
    expect(versionOf(changes)).toBe(versionOf());
  });

  const meanings: readonly [string, Partial<Declaration>][] = [
    ['another name', { name: 'things-again' }],
    ['another filter', { where: (thing) => gt(thing.size, 1) }],
    ['the filter the other way', { where: (thing) => not(gt(thing.size, 0)) }],
    ['another comparison', { where: (thing) => lt(thing.size, 0) }],
    ['one condition more', { where: (thing) => and(gt(thing.size, 0), gt(thing.age, 0)) }],
    ['another dimension', { by: (thing) => ({ name: thing.note }) }],
    ['a dimension of another name', { by: (thing) => ({ label: thing.name }) }],
    ['no dimension', { by: () => ({}) }],
    ['another window', { window: hourly() }],
    ['another measure', { measures: (thing) => ({ things: count(), totalSize: min(thing.size) }) }],
    ['max for min', { measures: (thing) => ({ things: count(), totalSize: max(thing.size) }) }],
    ['a measure of another field', { measures: (thing) => ({ things: count(), totalSize: sum(thing.age) }) }],
    ['a measure of another name', { measures: (thing) => ({ things: count(), size: sum(thing.size) }) }],
    ['a measure more', { measures: (thing) => ({ ...measures(thing), mean: average(thing.size) }) }],
    ['measures in another order', { measures: (thing) => ({ totalSize: sum(thing.size), things: count() }) }],
    ['another version of the event', { from: eventWith({ version: 2 }) }],
    ['another type of event', { from: eventWith({ type: 'thing.lost' }) }],
    ['another stream', { from: eventWith({ stream: 'others' }) }],
    ['longer text', { from: eventWith({ data: { ...fields, note: string({ maxLength: 300 }) } }) }],
  ];

  it.each(meanings)('is another with %s', (_what, changes) => {
    expect(versionOf(changes)).not.toBe(versionOf());
  });

  it('is another for each of these', () => {
    const versions = meanings.map(([, changes]) => versionOf(changes));
    expect(new Set(versions).size).toBe(versions.length);
  });

  it('is another without a filter, and for a field of another kind', () => {
    const declaration = { name: 'things', window: daily(), measures: () => ({ things: count() }) };
    const versionFrom = (data: Fields): string => {
      const from = defineEvent({ ...declared, data });
      return fingerprintOf(defineView({ ...declaration, from }), from);
    };
    const versions = [{ x: int() }, { x: double() }, { x: optional(int()) }, { x: string() }, { y: int() }].map(
      versionFrom,
    );
    expect(new Set([versionOf(), ...versions]).size).toBe(6);
  });
});
