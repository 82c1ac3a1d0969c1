import { describe, expect, it } from '@jest/globals';
import { expressionCompiler } from '../compile/javascript-expression.js';
import { runtime } from '../compile/runtime.js';
import { TwofoldError } from '../errors/twofold-error.js';
import type { Value } from '../events/data-type.js';
import { evaluate } from '../naive/evaluate.js';
import { checkExpression } from './check-expression.js';
import { CASE_EVENT_TYPE, CASE_LEAVES, CASE_TIME_MS, OVERFLOW, type ExpressionCase } from './cases/case.js';
import { EXPRESSION_CASES } from './expression-cases.js';
import { refusalOf } from './view-problem.js';

const outcomeOf = (compute: () => Value): Value => {
  try {
    return compute();
  } catch (error) {
    if (error instanceof TwofoldError && error.code === 'overflow') return OVERFLOW;
    throw error;
  }
};

function naively({ of, given }: ExpressionCase): Value {
  const place = { timeMs: CASE_TIME_MS, stream: 'things', partition: 0, offset: 0 };
  return outcomeOf(() => evaluate(of, { ...place, type: CASE_EVENT_TYPE, data: given }));
}

function compiled({ of, given }: ExpressionCase): Value {
  const names = CASE_LEAVES.map(({ path }) => path);
  const compile = expressionCompiler({ field: (path) => `v${names.indexOf(path)}`, eventType: CASE_EVENT_TYPE });
  const { prelude, values } = compile([of]);
  const locals = names.map((_, index) => `v${index}`);
  const run = new Function(...Object.keys(runtime), 'timeMs', ...locals, `${prelude.join('\n')}\nreturn ${values[0]};`);
  return outcomeOf(
    () => run(...Object.values(runtime), CASE_TIME_MS, ...names.map((name) => given[name] ?? null)) as Value,
  );
}

const named = EXPRESSION_CASES.map((each) => {
  const told = JSON.stringify([each.of, each.given], (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
  return [told.slice(0, 300), each] as const;
});

describe('the meaning of expressions', () => {
  it.each(named)('%s, naively', (_told, each) => {
    expect(naively(each)).toEqual(each.expected);
  });

  it.each(named)('%s, compiled', (_told, each) => {
    expect(compiled(each)).toEqual(each.expected);
  });

  it('passes the check of expressions that come as plain data', () => {
    for (const { of } of EXPRESSION_CASES) {
      const plain = JSON.parse(JSON.stringify(of)) as typeof of;
      checkExpression(plain, CASE_LEAVES, refusalOf('cases'), '/where');
    }
  });
});
