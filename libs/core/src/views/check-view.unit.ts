import { describe, expect, it } from '@jest/globals';
import { boolean, double, int, list, optional, string } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { checkView } from './check-view.js';
import { count, sum } from './aggregates.js';
import { defineView } from './define-view.js';
import { daily } from './windows.js';
import { concat, substring, toText, upper } from './calls.js';
import { coalesce, gt, when } from './expressions.js';
import { constant } from './operand.js';
import { referencesTo, type FieldReferences } from './references.js';
import { leavesOf } from '../events/leaves.js';
import type { ExpressionNode } from './expression.js';
import type { ViewDefinition } from './view-definition.js';

const event = defineEvent({
  type: 'thing.seen',
  stream: 'things',
  data: {
    name: string(),
    size: int(),
    weight: double(),
    isRed: optional(boolean()),
    longest: string({ maxLength: 800 }),
    note: string({ maxLength: 834 }),
    tags: list(string()),
  },
});
const { size, note, longest } = referencesTo(leavesOf(event)) as FieldReferences<(typeof event)['fields']>;
const view: ViewDefinition = defineView({
  name: 'things',
  from: event,
  where: ({ size }) => gt(size, 0),
  by: ({ name }) => ({ name }),
  window: daily(),
  measures: ({ size }) => ({ things: count(), totalSize: sum(size) }),
});
const field = (name: string, type: ExpressionNode['type'], nullable = false): ExpressionNode => ({
  kind: 'field',
  name,
  type,
  nullable,
});
const counted = (name: string) => ({ name, aggregate: { kind: 'count' } }) as const;
const dimension = (name: string, of: ExpressionNode = field('size', 'int')) => ({ name, of });
const many = <T>(length: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length }, (_, index) => make(index));

describe('a view', () => {
  it('that is as it must be passes', () => {
    expect(() => checkView(view, [event])).not.toThrow();
  });

  it.each<[string, Partial<ViewDefinition>]>([
    ['a name of 48 characters', { name: 'a'.repeat(48) }],
    ['words and digits in its name', { name: 'things-by-day-2' }],
    ['8 dimensions', { by: many(8, (index) => dimension(`d${index}`)) }],
    ['64 measures', { measures: many(64, (index) => counted(`m${index}`)) }],
    ['no dimensions and no filter', { by: [], where: null }],
    ['text of 800 characters as a dimension', { by: [dimension('note', field('longest', 'string'))] }],
    ['the beginning of longer text', { by: [dimension('note', substring(note, 1, 400))] }],
    ['one of some literals', { by: [dimension('note', when(gt(size, 1), constant('string', 'x')).otherwise('y'))] }],
    ['an int as text', { by: [dimension('size', toText(size))] }],
  ])('may have %s', (_what, changes) => {
    expect(() => checkView({ ...view, ...changes }, [event])).not.toThrow();
  });

  it.each<[string, string, Partial<ViewDefinition>]>([
    ['/name', 'kebab-case', { name: '' }],
    ['/name', 'kebab-case', { name: 'Things' }],
    ['/name', 'kebab-case', { name: 'things-' }],
    ['/name', 'kebab-case', { name: 'things--by-day' }],
    ['/name', 'kebab-case', { name: "things'; drop table" }],
    ['/name', 'at most 48 characters', { name: 'a'.repeat(49) }],
    ['/measures', 'a view measures something', { measures: [] }],
    ['/measures', 'at most 64 measures', { measures: many(65, (index) => counted(`m${index}`)) }],
    ['/measures/Things', 'not a camelCase word', { measures: [counted('Things')] }],
    ['/measures/two words', 'not a camelCase word', { measures: [counted('two words')] }],
    ['/measures/orderBy', 'a word of the query', { measures: [counted('orderBy')] }],
    ['/measures/name', 'name stands twice', { measures: [counted('name')] }],
    [
      '/measures/x/of',
      'there is no field "colour"',
      { measures: [{ name: 'x', aggregate: { kind: 'min', of: field('colour', 'string') } }] },
    ],
    [
      '/measures/x/of',
      'this is of type int, not string',
      { measures: [{ name: 'x', aggregate: { kind: 'min', of: field('size', 'string') } }] },
    ],
    [
      '/measures/x/of',
      'this may be null',
      { measures: [{ name: 'x', aggregate: { kind: 'min', of: field('isRed', 'boolean') } }] },
    ],
    [
      '/measures/x/of',
      'sum is of an int or a decimal (addition of doubles does not associate), this is string',
      { measures: [{ name: 'x', aggregate: { kind: 'sum', of: field('name', 'string') } }] },
    ],
    [
      '/measures/x/of',
      'does not associate',
      { measures: [{ name: 'x', aggregate: { kind: 'sum', of: field('weight', 'double') } }] },
    ],
    [
      '/measures/x/of',
      'average is of an int',
      { measures: [{ name: 'x', aggregate: { kind: 'average', of: field('weight', 'double') } }] },
    ],
    ['/by', 'at most 8 dimensions', { by: many(9, (index) => dimension(`d${index}`)) }],
    ['/by', 'give the strings a maxLength', { by: [dimension('note', field('note', 'string'))] }],
    ['/by', 'give the strings a maxLength', { by: [dimension('note', upper(note))] }],
    ['/by', 'give the strings a maxLength', { by: [dimension('note', substring(note, 2))] }],
    ['/by', 'give the strings a maxLength', { by: [dimension('note', coalesce(longest, note))] }],
    ['/by', 'give the strings a maxLength', { by: [dimension('note', concat(longest, longest))] }],
    ['/by', 'give the strings a maxLength', { by: [dimension('note', when(gt(size, 1), longest).otherwise(note))] }],
    ['/by', 'take up to 4800 bytes', { by: [dimension('a', longest), dimension('b', longest)] }],
    ['/by/having', 'a word of the query', { by: [dimension('having')] }],
    ['/by/window', 'a word of the query', { by: [dimension('window')] }],
    ['/by/size', 'size stands twice', { by: [dimension('size'), dimension('size')] }],
    [`/by/${'d'.repeat(49)}`, 'more than 48 characters', { by: [dimension('d'.repeat(49))] }],
    ['/by/weight', 'a double is no dimension', { by: [dimension('weight', field('weight', 'double'))] }],
    ['/by/colour', 'there is no field "colour"', { by: [dimension('colour', field('colour', 'string'))] }],
    ['/by/it', 'there is no field "constructor"', { by: [dimension('it', field('constructor', 'string'))] }],
    ['/where', 'a filter is boolean, this is int', { where: field('size', 'int') }],
    ['/by/tags', 'a list is no dimension', { by: [dimension('tags', field('tags', 'list(string)'))] }],
    ['/by/a~1b', 'not a camelCase word', { by: [dimension('a/b')] }],
    [
      '/window/unit',
      'a window is of one of minute',
      { window: { kind: 'tumbling', unit: 'decade' as never, timeZone: 'UTC' } },
    ],
    ['/window/timeZone', 'is no time zone', { window: { kind: 'tumbling', unit: 'day', timeZone: 'Europe/Atlantis' } }],
    ['/from', 'a view reads 1 to 16 events', { from: [] }],
    ['/from/1', 'stands twice', { from: [...view.from, ...view.from] }],
    ['/from/0', 'there is no thing.seen version 2', { from: [{ type: 'thing.seen', version: 2, stream: 'things' }] }],
    [
      '/measures/x/atMost',
      'a whole number from 1 to 10000',
      { measures: [{ name: 'x', aggregate: { kind: 'distinct', of: field('name', 'string'), atMost: 10_001 } }] },
    ],
    [
      '/measures/x/of',
      'and no double',
      { measures: [{ name: 'x', aggregate: { kind: 'approximateDistinct', of: field('weight', 'double') } }] },
    ],
    [
      '/measures/x/rank',
      'from 0 to 1',
      { measures: [{ name: 'x', aggregate: { kind: 'quantile', of: field('size', 'int'), rank: 1.1 } }] },
    ],
    [
      '/measures/x/boundaries/1',
      'boundaries ascend',
      { measures: [{ name: 'x', aggregate: { kind: 'histogram', of: field('size', 'int'), boundaries: [2, 2] } }] },
    ],
    [
      '/measures/x/boundaries/0',
      'is not a literal of type int',
      { measures: [{ name: 'x', aggregate: { kind: 'histogram', of: field('size', 'int'), boundaries: [0.5] } }] },
    ],
    [
      '/measures/x/where',
      'a condition is boolean',
      { measures: [{ name: 'x', aggregate: { kind: 'countWhere', where: field('size', 'int') } }] },
    ],
    ['/measures/x/of', 'is no kind of expression', { measures: [{ name: 'x', aggregate: { kind: 'sum' } as never }] }],
    [
      '/measures/x/boundaries',
      'a histogram has 1 to 100 boundaries',
      { measures: [{ name: 'x', aggregate: { kind: 'histogram', of: size } as never }] },
    ],
    ['/measures/x', '"mode" is no aggregate', { measures: [{ name: 'x', aggregate: { kind: 'mode' } as never }] }],
    [
      '/where',
      '"magic" is no kind of expression',
      { where: { kind: 'magic', type: 'boolean', nullable: false } as never },
    ],
    [
      '/where',
      'there is no function "sudo"',
      { where: { kind: 'call', name: 'sudo' as never, operands: [], type: 'boolean', nullable: false } },
    ],
    [
      '/where',
      'is no kind of expression, or lacks what it is of',
      { where: { kind: 'compare', operator: 'eq', type: 'boolean', nullable: false } as never },
    ],
    [
      '/where/operand',
      'there is no field "colour"',
      { where: { kind: 'not', operand: field('colour', 'boolean'), type: 'boolean', nullable: false } },
    ],
    [
      '/where/operands/1/operand',
      'there is no field "colour"',
      {
        where: {
          kind: 'or',
          operands: [
            gt(field('size', 'int'), 1),
            { kind: 'is-null', operand: field('colour', 'string'), type: 'boolean', nullable: false },
          ],
          type: 'boolean',
          nullable: false,
        },
      },
    ],
  ])('is refused at %s: %s', (pointer, message, changes) => {
    expect(() => checkView({ ...view, ...changes }, [event])).toThrow(
      expect.objectContaining({ code: 'invalid-view-definition', pointer, message: expect.stringContaining(message) }),
    );
  });
});
