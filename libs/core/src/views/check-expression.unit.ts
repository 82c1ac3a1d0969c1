import { describe, expect, it } from '@jest/globals';
import { sqlOf } from '../compile/sql-expression.js';
import { duckDb } from '../compile/sql-dialect.js';
import { add } from './arithmetic.js';
import { parseInteger, substring, toText } from './calls.js';
import { CASE_LEAVES, i, p, s } from './cases/case.js';
import { checkExpression } from './check-expression.js';
import type { ExpressionNode } from './expression.js';
import { and, eq, gt, not } from './expressions.js';
import { refusalOf } from './view-problem.js';

const check = (node: unknown): void =>
  checkExpression(node as ExpressionNode, CASE_LEAVES, refusalOf('wrong'), '/where');
const refusal = (pointer: string, message: string): unknown =>
  expect.objectContaining({ code: 'invalid-view-definition', pointer, message: expect.stringContaining(message) });

const isBoolean = { type: 'boolean', nullable: true } as const;
const one = { kind: 'literal', value: 1, type: 'int', nullable: false };
const literal = (value: unknown, type: string): unknown => ({ kind: 'literal', value, type, nullable: value === null });
const nested = (depth: number): ExpressionNode =>
  Array.from({ length: depth - 1 }).reduce<ExpressionNode>((node) => not(node as typeof p), p);

describe('an expression that comes as plain data', () => {
  it('may be as deep as 32 and of 1,000 nodes', () => {
    expect(() => check(nested(32))).not.toThrow();
    expect(() => check(and(...Array.from({ length: 999 }, () => p)))).not.toThrow();
  });

  it.each<[string, string, unknown]>([
    ['/where', 'is no kind of expression', null],
    ['/where', 'is no kind of expression', undefined],
    ['/where', 'is no kind of expression', 'true'],
    ['/where', 'is no kind of expression', []],
    ['/where', 'is no kind of expression', {}],
    ['/where', '"constructor" is no kind of expression', { kind: 'constructor', ...isBoolean }],
    ['/where', 'lacks what it is of', { kind: 'not', ...isBoolean }],
    ['/where', 'lacks what it is of', { kind: 'and', operands: null, ...isBoolean }],
    ['/where', 'lacks what it is of', { kind: 'and', operands: 'pq', ...isBoolean }],
    ['/where', 'lacks what it is of', { kind: 'and', operands: [p, null], ...isBoolean }],
    ['/where', 'lacks what it is of', { kind: 'case', branches: [null], otherwise: p, ...isBoolean }],
    ['/where', 'lacks what it is of', { kind: 'case', branches: [{ when: p }], otherwise: p, ...isBoolean }],
    ['/where', 'a case has at least one branch', { kind: 'case', branches: [], otherwise: p, ...isBoolean }],
    ['/where', 'coalesce has at least one operand', { kind: 'coalesce', operands: [], ...isBoolean }],
    ['/where', 'there is no comparison "like"', { ...gt(i, 1), operator: 'like' }],
    ['/where', 'there is no operator of arithmetic "power"', { ...add(i, 1), operator: 'power' }],
    ['/where', 'there is no function "sudo"', { kind: 'call', name: 'sudo', operands: [s], ...isBoolean }],
    ['/where', 'there is no function "toString"', { kind: 'call', name: 'toString', operands: [s], ...isBoolean }],
    ['/where', 'a not has no "comment"', { ...not(p), comment: 'why' }],
    ['/where', 'this is of type boolean, not int', { ...not(p), type: 'int' }],
    ['/where', 'this may be null', { ...not(p), nullable: false }],
    ['/where/operand', 'this is of type boolean, not string', { ...not(p), operand: { ...p, type: 'string' } }],
    ['/where/left', 'this may be null', { ...gt(i, 1), left: { ...i, nullable: false } }],
    ['/where/left', 'there is no field "__proto__"', { ...gt(i, 1), left: { ...i, name: '__proto__' } }],
    ['/where/right', 'is not a literal of type int', { ...gt(i, 1), right: { ...one, value: 0.5 } }],
    ['/where/right', 'is not a literal of type int', { ...gt(i, 1), right: { ...one, value: 2 ** 53 } }],
    ['/where/right', 'is not a literal of type int', { ...gt(i, 1), right: { ...one, value: '7' } }],
    ['/where/right', 'is not a literal of type int', { ...gt(i, 1), right: { ...one, value: '9223372036854775808' } }],
    ['/where/right', 'is not a literal of type int', { ...gt(i, 1), right: { ...one, value: '1); DROP TABLE x; --' } }],
    ['/where/right', 'is not a literal of type int', { ...gt(i, 1), right: { ...one, value: { sql: '1' } } }],
    ['/where/right', 'is not a literal of type int', { ...gt(i, 1), right: { kind: 'literal', type: 'int' } }],
    ['/where/right', 'this is never null', { ...gt(i, 1), right: { ...one, nullable: true } }],
    ['/where', 'int is not compared with string', { ...gt(i, 1), right: literal('1', 'string') }],
    ['/where', 'is no type', literal(null, 'varchar')],
    ['/where', 'is no type', literal(1, 'decimal(19)')],
    ['/where', 'is no type', literal(1, 'decimal(02)')],
    ['/where', 'is no type', literal(1, 'decimal(1.5)')],
    ['/where', 'is no type', literal(null, 'list(list(int))')],
    ['/where', 'is not a literal of type list(int)', literal([1], 'list(int)')],
    ['/where', 'is not a literal of type string', literal('a\0', 'string')],
    ['/where', 'is not a literal of type string', literal('\ud800', 'string')],
    ['/where', 'is not a literal of type date', literal('2001-02-03', 'date')],
    ['/where', 'is not a literal of type double', literal(Infinity, 'double')],
    ['/where', 'at most 32 deep', nested(33)],
    ['/where', 'at most 1000 nodes', and(...Array.from({ length: 1_000 }, () => p))],
  ])('is refused at %s: %s', (pointer, message, node) => {
    expect(() => check(node)).toThrow(refusal(pointer, message) as Error);
  });

  it('is not followed for ever where it holds itself', () => {
    const loop = { kind: 'not', ...isBoolean } as Record<string, unknown>;
    loop['operand'] = loop;
    expect(() => check(loop)).toThrow(refusal('/where', 'at most 32 deep') as Error);
  });
});

describe('the SQL of an expression', () => {
  it('grows with what it says, not with a power of it: though its functions name their operands several times', () => {
    const levels = Array.from({ length: 9 });
    const text = levels.reduce<typeof s>((of) => toText(parseInteger(substring(of, 1, 3))), s);
    const start = levels.reduce<typeof i>((of) => parseInteger(substring(s, of, 2)), i);
    for (const node of [eq(text, 'a'), gt(start, 1)]) {
      check(JSON.parse(JSON.stringify(node)));
      expect(sqlOf(node, duckDb).length).toBeLessThan(200_000);
    }
  });
});
