import { describe, expect, it } from '@jest/globals';
import { boolean, double, int, optional, string } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { checkView } from './check-view.js';
import { count, daily, defineView, sum } from './define-view.js';
import { gt } from './expressions.js';
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
  },
});
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
    expect(() => checkView(view, event)).not.toThrow();
  });

  it.each<[string, Partial<ViewDefinition>]>([
    ['a name of 48 characters', { name: 'a'.repeat(48) }],
    ['words and digits in its name', { name: 'things-by-day-2' }],
    ['8 dimensions', { by: many(8, (index) => dimension(`d${index}`)) }],
    ['64 measures', { measures: many(64, (index) => counted(`m${index}`)) }],
    ['no dimensions and no filter', { by: [], where: null }],
    ['text of 800 characters as a dimension', { by: [dimension('note', field('longest', 'string'))] }],
  ])('may have %s', (_what, changes) => {
    expect(() => checkView({ ...view, ...changes }, event)).not.toThrow();
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
      '/measures/x',
      'has no field "colour"',
      { measures: [{ name: 'x', aggregate: { kind: 'min', of: field('colour', 'string') } }] },
    ],
    [
      '/measures/x',
      'is of another type',
      { measures: [{ name: 'x', aggregate: { kind: 'min', of: field('size', 'string') } }] },
    ],
    [
      '/measures/x',
      'is of another type',
      { measures: [{ name: 'x', aggregate: { kind: 'min', of: field('isRed', 'boolean') } }] },
    ],
    [
      '/measures/x',
      'sum is of an int, this is string',
      { measures: [{ name: 'x', aggregate: { kind: 'sum', of: field('name', 'string') } }] },
    ],
    [
      '/measures/x',
      'does not associate',
      { measures: [{ name: 'x', aggregate: { kind: 'sum', of: field('weight', 'double') } }] },
    ],
    [
      '/measures/x',
      'average is of an int',
      { measures: [{ name: 'x', aggregate: { kind: 'average', of: field('weight', 'double') } }] },
    ],
    ['/by', 'at most 8 dimensions', { by: many(9, (index) => dimension(`d${index}`)) }],
    ['/by', 'give the strings a maxLength', { by: [dimension('note', field('note', 'string'))] }],
    ['/by/window', 'a word of the query', { by: [dimension('window')] }],
    ['/by/size', 'size stands twice', { by: [dimension('size'), dimension('size')] }],
    [`/by/${'d'.repeat(49)}`, 'more than 48 characters', { by: [dimension('d'.repeat(49))] }],
    ['/by/weight', 'a double is no dimension', { by: [dimension('weight', field('weight', 'double'))] }],
    ['/by/colour', 'has no field "colour"', { by: [dimension('colour', field('colour', 'string'))] }],
    ['/by/it', 'is of another type', { by: [dimension('it', field('constructor', 'string'))] }],
    ['/where', 'a filter is boolean, this is int', { where: field('size', 'int') }],
    [
      '/where/0',
      'has no field "colour"',
      { where: { kind: 'not', operand: field('colour', 'boolean'), type: 'boolean', nullable: false } },
    ],
    [
      '/where/1/0',
      'has no field "colour"',
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
    expect(() => checkView({ ...view, ...changes }, event)).toThrow(
      expect.objectContaining({ code: 'invalid-view-definition', pointer, message: expect.stringContaining(message) }),
    );
  });
});
