import { describe, expect, it } from '@jest/globals';
import { int, optional, string } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { average, count, daily, defineView, max, min, sum } from './define-view.js';
import { planView } from './plan-view.js';

const event = defineEvent({
  type: 'thing.seen',
  stream: 'things',
  data: { name: optional(string()), size: int(), age: optional(int()) },
});

describe('the plan of a view', () => {
  const view = defineView({
    name: 'things',
    from: event,
    by: ({ name, size }) => ({ name, size }),
    window: daily(),
    measures: ({ size, age }) => ({
      things: count(),
      totalSize: sum(size),
      averageSize: average(size),
      averageAge: average(age),
      totalAge: sum(age),
      oldest: max(age),
      youngest: min(age),
    }),
  });
  const plan = planView(view, event);

  it('has each part once, however many measures are made of it', () => {
    expect(plan.parts.map((part) => part.kind)).toEqual(['sum', 'sum', 'sum', 'sum', 'max', 'min']);
    expect(plan.measures.map(({ name, present, parts }) => [name, present, parts])).toEqual([
      ['things', 'value', [0]],
      ['totalSize', 'value', [1]],
      ['averageSize', 'ratio', [1, 0]],
      ['averageAge', 'ratio', [2, 3]],
      ['totalAge', 'value', [2]],
      ['oldest', 'value', [4]],
      ['youngest', 'value', [5]],
    ]);
  });

  it('has dimensions in declared order, with their types', () => {
    expect(plan.dimensions).toEqual([
      { name: 'name', column: { kind: 'string', nullable: true } },
      { name: 'size', column: { kind: 'int', nullable: false } },
    ]);
  });

  it('is plain data', () => {
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});
