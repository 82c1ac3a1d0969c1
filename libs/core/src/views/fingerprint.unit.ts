import { describe, expect, it } from '@jest/globals';
import type { Fields } from '../events/data-type.js';
import { double, int, optional, string } from '../events/data-type.js';
import { defineEvent, type EventType } from '../events/event-type.js';
import { average, count, max, min, sum } from './aggregates.js';
import { defineView } from './define-view.js';
import type { Expression } from './expression.js';
import { add } from './arithmetic.js';
import { dateOf, truncate } from './calls.js';
import { and, eventTime, gt, lt, not } from './expressions.js';
import { fingerprintOf } from './fingerprint.js';
import type { ReferencesOf } from './references.js';
import type { Aggregate, Window } from './view-definition.js';
import type { Source } from './view-plan.js';
import { allTime, daily, hourly, monthly } from './windows.js';

const fields = { name: string(), note: string(), size: int(), age: optional(int()) };
const declared = { type: 'thing.seen', version: 1, stream: 'things', description: '', data: fields };
const event = defineEvent(declared);
type Thing = ReferencesOf<EventType<typeof fields>>;
const only = (from: EventType): readonly Source[] => [{ event: from, versions: [from] }];
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
  return fingerprintOf(defineView(declaration), only(declaration.from));
};
const eventWith = (changes: { readonly [N in keyof typeof declared]?: (typeof declared)[N] }): typeof event => ({
  ...defineEvent({ ...declared, version: 1, ...changes, ...('version' in changes ? { version: 1 } : {}) }),
  version: changes.version ?? 1,
});

describe('the version of a view', () => {
  it('is 16 hexadecimal digits', () => {
    expect(versionOf()).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is pinned: the same in every process and release, until the semantics change', () => {
    expect(versionOf()).toBe('8e5d95a0a3cec2aa');
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
      return fingerprintOf(defineView({ ...declaration, from }), only(from));
    };
    const versions = [{ x: int() }, { x: double() }, { x: optional(int()) }, { x: string() }, { y: int() }].map(
      versionFrom,
    );
    expect(new Set([versionOf(), ...versions]).size).toBe(6);
  });

  it('is another where an older version is brought up otherwise, or is no longer read', () => {
    const newer = (by: number) =>
      defineEvent({ ...declared, version: 2, from: event, upcast: ({ size }) => ({ size: add(size, by) }) });
    const definition = defineView({ ...view, from: newer(1) });
    const versionWith = (versions: readonly EventType[]): string =>
      fingerprintOf(definition, [{ event: versions.at(-1) ?? event, versions }]);
    const versions = [[event, newer(1)], [event, newer(2)], [newer(1)]].map(versionWith);
    expect(new Set(versions).size).toBe(3);
    expect(versionWith([event, newer(1)])).toBe(versions[0]);
  });
});

describe('the time zones of a view', () => {
  const versionBy = (changes: Partial<Declaration>, digestOf: (zone: string) => string): string =>
    fingerprintOf(defineView({ ...view, ...changes }), only(event), digestOf);
  const asked = (changes: Partial<Declaration>): readonly string[] => {
    const zones: string[] = [];
    versionBy(changes, (zone) => {
      zones.push(zone);
      return zone;
    });
    return zones;
  };

  it('are those of its window and of its functions; UTC has no rules that could change', () => {
    expect(asked({})).toEqual([]);
    expect(asked({ window: daily({ timeZone: 'Europe/Berlin' }) })).toEqual(['Europe/Berlin']);
    expect(asked({ window: allTime() })).toEqual([]);
    expect(asked({ by: () => ({ day: dateOf(eventTime, 'Asia/Kathmandu') }) })).toEqual(['Asia/Kathmandu']);
    expect(
      asked({ where: () => gt(truncate(eventTime, 'day', 'Europe/Berlin'), truncate(eventTime, 'hour', 'UTC')) }),
    ).toEqual(['Europe/Berlin']);
  });

  it('make another version when their rules change', () => {
    const changes = { window: monthly({ timeZone: 'Europe/Berlin' }) };
    expect(versionBy(changes, () => 'old rules')).not.toBe(versionBy(changes, () => 'new rules'));
  });
});
