import { describe, expect, it } from '@jest/globals';
import {
  CASE_EVENT_TYPE,
  CASE_LEAVES,
  OVERFLOW,
  TwofoldError,
  checkExpression,
  evaluate,
  expressionCompiler,
  operandsOf,
  refusalOf,
  runtime,
  type ExpressionNode,
  type Value,
} from '@twofold/core';
import fc from 'fast-check';
import { EXPRESSION_WORDS, expressionsOver, wordOf } from './expressions.js';
import { times, valuesOfField } from './scalar-values.js';

const { ofType, scalarTypes } = expressionsOver(CASE_LEAVES, [CASE_EVENT_TYPE]);
const anExpression = fc.oneof(...scalarTypes.map((type) => ofType(type)));
const values = fc.tuple(
  ...CASE_LEAVES.map(({ field }): fc.Arbitrary<Value> => fc.option<Value>(valuesOfField(field), { freq: 6 })),
);
const RUNS = 5_000;

function outcomeOf(compute: () => Value): Value {
  try {
    return compute();
  } catch (error) {
    if (error instanceof TwofoldError && error.code === 'overflow') return OVERFLOW;
    throw error;
  }
}

/** The compiled expression, of the values of the leaves. */
function compiled(node: ExpressionNode): (timeMs: number, values: readonly Value[]) => Value {
  const paths = CASE_LEAVES.map(({ path }) => path);
  const compile = expressionCompiler({ field: (path) => `v${paths.indexOf(path)}`, eventType: CASE_EVENT_TYPE });
  const { prelude, values: texts } = compile([node]);
  const locals = paths.map((_, index) => `v${index}`);
  const body = `${prelude.join('\n')}\nreturn ${texts[0]};`;
  const run = new Function(...Object.keys(runtime), 'timeMs', ...locals, body);
  return (timeMs, values) => run(...Object.values(runtime), timeMs, ...values) as Value;
}

const wordsOf = (node: ExpressionNode): readonly string[] => [wordOf(node), ...operandsOf(node).flatMap(wordsOf)];

describe('random expressions', () => {
  it('mean the same compiled and naively, and are as the check of plain data has them', () => {
    const refuse = refusalOf('random');
    fc.assert(
      fc.property(anExpression, times, values, (node, timeMs, given) => {
        checkExpression(JSON.parse(JSON.stringify(node)) as ExpressionNode, CASE_LEAVES, refuse, '/where');
        const data = Object.fromEntries(CASE_LEAVES.map(({ path }, index) => [path, given[index] ?? null]));
        const place = { timeMs, stream: 'things', partition: 0, offset: 0 };
        const expected = outcomeOf(() => evaluate(node, { ...place, type: CASE_EVENT_TYPE, data }));
        expect(outcomeOf(() => compiled(node)(timeMs, given))).toEqual(expected);
        if (!node.nullable) expect(expected).not.toBeNull();
      }),
      { numRuns: RUNS },
    );
  });

  it('are of every kind of node, operator and function, and mostly stay within 64 bits', () => {
    const seen = new Set<string>();
    const outcomes = fc.sample(fc.tuple(anExpression, times, values), RUNS).map(([node, timeMs, given]) => {
      for (const word of wordsOf(node)) seen.add(word);
      return outcomeOf(() => compiled(node)(timeMs, given));
    });
    const overflows = outcomes.filter((outcome) => outcome === OVERFLOW).length;
    expect(EXPRESSION_WORDS.filter((word) => !seen.has(word))).toEqual([]);
    expect(overflows).toBeGreaterThan(0);
    expect(overflows).toBeLessThan(RUNS / 20);
  });
});
