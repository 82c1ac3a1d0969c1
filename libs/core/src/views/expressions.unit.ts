import { describe, expect, it } from '@jest/globals';
import type { Expression } from './expression.js';
import { add, multiply } from './arithmetic.js';
import { and, coalesce, eq, eventTime, gt, isNull, lt, not, or } from './expressions.js';

const size: Expression<'int', false> = { kind: 'field', name: 'size', type: 'int', nullable: false };
const age: Expression<'int', true> = { kind: 'field', name: 'age', type: 'int', nullable: true };
const name: Expression<'string', false> = { kind: 'field', name: 'name', type: 'string', nullable: false };
const weight: Expression<'double', true> = { kind: 'field', name: 'weight', type: 'double', nullable: true };

describe('an expression', () => {
  it('may be null where an operand may be', () => {
    expect(gt(size, 1).nullable).toBe(false);
    expect(gt(age, 1).nullable).toBe(true);
    expect(gt(size, age).nullable).toBe(true);
    expect(add(size, 1).nullable).toBe(false);
    expect(multiply(age, 2).nullable).toBe(true);
    expect(not(gt(age, 1)).nullable).toBe(true);
    expect(and(gt(size, 1), gt(age, 1)).nullable).toBe(true);
    expect(or(gt(size, 1)).nullable).toBe(false);
    expect(and().nullable).toBe(false);
    expect(isNull(age).nullable).toBe(false);
    expect(coalesce(age, 0).nullable).toBe(false);
    expect(coalesce(age, age).nullable).toBe(true);
  });

  it('is plain data', () => {
    const expression = and(eq(name, "O'Hare"), lt(eventTime, new Date(-1)));
    expect(JSON.parse(JSON.stringify(expression))).toEqual(expression);
  });

  it('takes a literal as one of the type that its place asks for', () => {
    expect(lt(eventTime, new Date(-1))).toMatchObject({ right: { kind: 'literal', value: -1, type: 'timestamp' } });
    expect(gt(weight, 2)).toMatchObject({ right: { kind: 'literal', value: 2, type: 'double' } });
  });

  it('knows no −0, as data do not', () => {
    expect(coalesce(weight, -0)).toMatchObject({ operands: [weight, { value: 0 }] });
    expect(gt(size, -0)).toMatchObject({ right: { value: 0 } });
  });

  it.each<[string, () => unknown]>([
    ['a number as text', () => eq(name, 7 as never)],
    ['half a number as int', () => gt(size, 0.5)],
    ['a number beyond 2^53 − 1, which is no longer exact', () => gt(size, 2 ** 53)],
    ['an int beyond 64 bits', () => gt(size, 2n ** 63n)],
    ['NaN', () => gt(weight, NaN)],
    ['infinity', () => gt(weight, Infinity)],
    ['no date', () => lt(eventTime, new Date(NaN))],
    ['null', () => eq(name, null as never)],
    ['text with U+0000', () => eq(name, 'a\0b')],
    ['half a surrogate pair', () => eq(name, '\ud800')],
  ])('refuses %s as a literal', (_what, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'invalid-view-definition' }));
  });
});
