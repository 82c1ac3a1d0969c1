import { describe, expect, it } from '@jest/globals';
import { javaScriptOf } from '../compile/javascript-expression.js';
import { runtime } from '../compile/runtime.js';
import type { Scalar } from '../events/data-type.js';
import { boolean, int, optional, string } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { average, count, daily, defineView, max, sum } from '../views/define-view.js';
import { add, and, coalesce, eq, ge, gt, isNull, le, lt, ne, not, or } from '../views/expressions.js';
import type { Expression, ExpressionNode } from '../views/expression.js';
import { planView } from '../views/plan-view.js';
import { evaluate } from './evaluate.js';
import { naiveView } from './naive-view.js';

const TRUE = eq({ kind: 'literal', value: 1, type: 'int', nullable: false }, 1);
const FALSE = not(TRUE);
const UNKNOWN: Expression<'boolean'> = { kind: 'field', name: 'unknown', type: 'boolean', nullable: true };
const NO_INT: Expression<'int', true> = { kind: 'field', name: 'noInt', type: 'int', nullable: true };
const ONE: Expression<'int', true> = { kind: 'field', name: 'one', type: 'int', nullable: true };
const NAME: Expression<'string'> = { kind: 'field', name: 'name', type: 'string', nullable: true };
const data = { unknown: null, noInt: null, one: 1, name: '\uffff' };

/** What the compiled fold makes of an expression. */
function compiled(node: ExpressionNode): Scalar {
  const names = Object.keys(data);
  const source = javaScriptOf(node, (name) => names.indexOf(name));
  const locals = names.map((_, index) => `v${index}`);
  const run = new Function(...Object.keys(runtime), ...locals, 'timeMs', `return ${source};`) as (
    ...values: unknown[]
  ) => Scalar;
  return run(...Object.values(runtime), ...Object.values(data), 7);
}

describe.each<[string, (node: ExpressionNode) => Scalar]>([
  ['the reference', (node) => evaluate(node, { timeMs: 7, data })],
  ['the compiled fold', compiled],
])('an expression, by %s', (_name, valueOf) => {
  it.each<[string, ExpressionNode, Scalar]>([
    ['true and true', and(TRUE, TRUE), true],
    ['true and false', and(TRUE, FALSE), false],
    ['true and null', and(TRUE, UNKNOWN), null],
    ['false and null', and(FALSE, UNKNOWN), false],
    ['null and false', and(UNKNOWN, FALSE), false],
    ['null and null', and(UNKNOWN, UNKNOWN), null],
    ['and of nothing', and(), true],
    ['false or false', or(FALSE, FALSE), false],
    ['false or true', or(FALSE, TRUE), true],
    ['true or null', or(TRUE, UNKNOWN), true],
    ['null or true', or(UNKNOWN, TRUE), true],
    ['false or null', or(FALSE, UNKNOWN), null],
    ['or of nothing', or(), false],
    ['not true', not(TRUE), false],
    ['not null', not(UNKNOWN), null],
    ['null = null', eq(NO_INT, NO_INT), null],
    ['null <> 1', ne(NO_INT, 1), null],
    ['1 > null', gt(ONE, NO_INT), null],
    ['1 = 1', eq(ONE, 1), true],
    ['1 <> 1', ne(ONE, 1), false],
    ['1 < 1', lt(ONE, 1), false],
    ['1 <= 1', le(ONE, 1), true],
    ['1 >= 2', ge(ONE, 2), false],
    ['2^53 > 1', gt(add(add(ONE, Number.MAX_SAFE_INTEGER), 1), ONE), true],
    ['false < true', lt(FALSE, TRUE), true],
    ['U+FFFF < U+10000', lt(NAME, '\u{10000}'), true],
    ['U+FFFF = U+FFFF', eq(NAME, '\uffff'), true],
    ['null + 1', add(NO_INT, 1), null],
    ['2^53 − 1 + 1', add(ONE, Number.MAX_SAFE_INTEGER), 2n ** 53n],
    ['null is null', isNull(NO_INT), true],
    ['1 is null', isNull(ONE), false],
    ['the first of null and 5', coalesce(NO_INT, 5), 5],
    ['the first of 1 and 5', coalesce(ONE, 5), 1],
    ['the first of null and null', coalesce(NO_INT, NO_INT), null],
    ['the time of the event', { kind: 'event-time', type: 'timestamp', nullable: false }, 7],
  ])('%s', (_what, node, value) => {
    expect(valueOf(node)).toBe(value);
  });
});

describe('the naive view', () => {
  const event = defineEvent({
    type: 'thing.seen',
    stream: 'things',
    data: { name: optional(string()), age: optional(int()), isRed: optional(boolean()) },
  });
  const view = defineView({
    name: 'things',
    from: event,
    where: ({ isRed }) => not(isRed),
    by: ({ name }) => ({ name }),
    window: daily(),
    measures: ({ age }) => ({ things: count(), total: sum(age), oldest: max(age), mean: average(age) }),
  });
  const seen = (name: string | null, age: number | null, isRed: boolean | null = false, timeMs = 0) => ({
    timeMs,
    data: { name, age, isRed },
  });

  it('keeps only what the filter says true of, and counts nulls for nothing', () => {
    const events = [seen('box', 3), seen('box', null), seen('box', 9, true), seen('box', 9, null), seen(null, 4)];
    expect(naiveView(planView(view, event), events)).toEqual([
      { dimensions: ['box'], window: 0, parts: [2, 3, 3, 1] },
      { dimensions: [null], window: 0, parts: [1, 4, 4, 1] },
    ]);
  });

  it('of nothing has no rows', () => {
    expect(naiveView(planView(view, event), [])).toEqual([]);
    expect(naiveView(planView(view, event), [seen('box', 1, true)])).toEqual([]);
  });
});
