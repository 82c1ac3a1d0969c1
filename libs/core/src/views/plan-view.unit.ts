import { describe, expect, it } from '@jest/globals';
import { int, optional, string } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { average, count, max, median, min, quantile, sum, variance } from './aggregates.js';
import { defineView } from './define-view.js';
import { planView } from './plan-view.js';
import { daily } from './windows.js';

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
      spread: variance(size),
      middle: median(age),
      most: quantile(age, 0.9),
    }),
  });
  const plan = planView(view, [event]);

  it('has each part once, however many measures are made of it', () => {
    expect(plan.parts.map((part) => part.kind)).toEqual([
      'count',
      'sum',
      'sum',
      'count',
      'max',
      'min',
      'sum',
      'buckets',
    ]);
    expect(plan.measures.map(({ name, present, parts }) => [name, present, parts])).toEqual([
      ['things', { kind: 'value' }, [0]],
      ['totalSize', { kind: 'value' }, [1]],
      ['averageSize', { kind: 'ratio', scale: 0 }, [1, 0]],
      ['averageAge', { kind: 'ratio', scale: 0 }, [2, 3]],
      ['totalAge', { kind: 'value' }, [2]],
      ['oldest', { kind: 'value' }, [4]],
      ['youngest', { kind: 'value' }, [5]],
      ['spread', { kind: 'variance', scale: 0 }, [1, 6, 0]],
      ['middle', { kind: 'quantile', rank: 0.5 }, [7]],
      ['most', { kind: 'quantile', rank: 0.9 }, [7]],
    ]);
  });

  it('has dimensions in declared order, with their types', () => {
    expect(plan.dimensions).toEqual([
      { name: 'name', column: { type: 'string', nullable: true } },
      { name: 'size', column: { type: 'int', nullable: false } },
    ]);
  });

  it('is plain data', () => {
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});

describe('the plan of a view over several events', () => {
  const sold = defineEvent({ type: 'thing.sold', stream: 'sales', data: { name: string() } });
  const lost = defineEvent({ type: 'thing.lost', stream: 'things', data: { name: string() } });
  const view = defineView({
    name: 'all',
    from: [event, sold, lost],
    window: daily(),
    measures: () => ({ things: count() }),
  });

  it('has the sources in the order of the definition, and each stream once, in order of name', () => {
    const plan = planView(view, [lost, sold, event]);
    expect(plan.sources).toEqual([
      { event, versions: [event] },
      { event: sold, versions: [sold] },
      { event: lost, versions: [lost] },
    ]);
    expect(plan.streams).toEqual(['sales', 'things']);
  });

  it('has all versions of a source, oldest first', () => {
    const older = { ...sold, description: 'the first' };
    const newer = { ...sold, version: 2, upcast: {} };
    const ofNewer = { ...view, from: [{ type: sold.type, version: 2, stream: sold.stream }] };
    expect(planView(ofNewer, [newer, event, older]).sources).toEqual([{ event: newer, versions: [older, newer] }]);
  });

  it.each([
    ['is not in the catalog', [event, lost], '/from/1', /thing\.sold version 1, which is not/],
    ['is not the newest', [event, lost, sold, { ...sold, version: 2 }], '/from/1', /newest, which is 2/],
  ] as const)('is refused where an event %s', (_why, events, pointer, message) => {
    expect(() => planView(view, events)).toThrow(
      expect.objectContaining({
        code: 'invalid-view-definition',
        pointer,
        message: expect.stringMatching(message),
      }),
    );
  });
});
