import {
  compileFoldSource,
  foldScope,
  foldSource,
  type Part,
  type Scalar,
  type ViewPlan,
  type compareText,
} from '@twofold/core';
import type { LawSubject, WrongPieces } from '../law-subject.js';
import { altered } from './merge-mutants.js';

/** Of the compiled fold: its expressions, its windows and each of its parts. */
export const foldMutants: WrongPieces = (right) => {
  const written = (
    mutate: (source: string) => string,
    wrong: Readonly<Record<string, unknown>> = {},
  ): Partial<LawSubject> => ({
    compileFold: (plan) => compileFoldSource(plan, mutate(foldSource(plan)), { ...foldScope, ...wrong }),
  });
  const calling = (wrong: Readonly<Record<string, unknown>>): Partial<LawSubject> => written((source) => source, wrong);
  const planned = (alter: (plan: ViewPlan) => ViewPlan): Partial<LawSubject> => ({
    compileFold: (plan) => right.compileFold(alter(plan)),
  });
  const made = (alter: (part: Part) => Part): Partial<LawSubject> => planned((plan) => altered(plan, alter));
  const windowed = (alter: (window: ViewPlan['definition']['window']) => ViewPlan['definition']['window']) =>
    planned((plan) => ({ ...plan, definition: { ...plan.definition, window: alter(plan.definition.window) } }));
  return {
    'text is compared by UTF-16 unit': calling({ compareText: byUtf16Unit }),
    'a filter keeps what is null': written((source) => source.replaceAll('!== true) return', '=== false) return')),
    'a filter keeps everything': written((source) => source.replaceAll(/if \(.*!== true\) return;/g, '')),
    'and of nothing false is true, null or not': calling({
      allOf: (...values: readonly unknown[]) => !values.includes(false),
    }),
    'or of nothing true is false, null or not': calling({
      anyOf: (...values: readonly unknown[]) => values.includes(true),
    }),
    'not of null is true': calling({ negated: (value: unknown) => value !== true }),
    'a comparison with null is false': calling({
      ifBoth: (a: unknown, b: unknown, compute: (a: unknown, b: unknown) => unknown) =>
        a !== null && b !== null && compute(a, b),
    }),
    'a function of null has a value': calling({
      callFunction: (name: never, ...operands: readonly never[]) =>
        foldScope.callFunction(name, ...operands.map((operand) => operand ?? ('' as never))),
    }),
    'division rounds down': calling({
      divideExact: (a: bigint, b: bigint) => {
        const exact = foldScope.divideExact(a, b);
        const isDown = exact !== null && a < 0 !== b < 0 && BigInt(exact) * BigInt(b) !== BigInt(a);
        return isDown ? foldScope.subtractExact(exact, 1) : exact;
      },
    }),
    'a remainder has the sign of the divisor': calling({
      remainderExact: (a: bigint, b: bigint) => {
        const rest = foldScope.remainderExact(a, b);
        return rest !== null && rest != 0 && rest < 0 !== b < 0 ? foldScope.addExact(rest, b) : rest;
      },
    }),
    'an overflow is a wrong number': calling({
      addExact: (a: bigint, b: bigint) => Number(BigInt.asIntN(64, BigInt(a) + BigInt(b))),
      subtractExact: (a: bigint, b: bigint) => Number(BigInt.asIntN(64, BigInt(a) - BigInt(b))),
      multiplyExact: (a: bigint, b: bigint) => Number(BigInt.asIntN(64, BigInt(a) * BigInt(b))),
    }),
    'sums are of doubles': calling({ addAny: (a: Scalar, b: Scalar) => Number(a) + Number(b) }),
    'windows of every zone are those of UTC': windowed((window) => ({ ...window, timeZone: 'UTC' })),
    'windows have the offset that the zone has now': {
      compileFold: (plan) =>
        compileFoldSource(plan, foldSource(plan), {
          ...foldScope,
          windowStarter: (window: ViewPlan['definition']['window']) => {
            const startAt = foldScope.windowStarter({ ...window, timeZone: 'Etc/GMT-1' });
            return window.timeZone === 'UTC' ? foldScope.windowStarter(window) : startAt;
          },
        }),
    },
    'weeks are of days': windowed((window) => (window.unit === 'week' ? { ...window, unit: 'day' } : window)),
    'quarters are months': windowed((window) => (window.unit === 'quarter' ? { ...window, unit: 'month' } : window)),
    'nulls are counted': made((part) => (part.kind === 'count' ? { ...part, of: null } : part)),
    'squares are not squared': made((part) => (part.kind === 'sum' ? { ...part, power: 1 } : part)),
    'min is max': made((part) => (part.kind === 'min' ? { ...part, kind: 'max' } : part)),
    'max is min': made((part) => (part.kind === 'max' ? { ...part, kind: 'min' } : part)),
    'first is latest': made((part) => (part.kind === 'argmin' ? { ...part, kind: 'argmax' } : part)),
    'latest is first': made((part) => (part.kind === 'argmax' ? { ...part, kind: 'argmin' } : part)),
    'a set takes one more than fits': made((part) =>
      part.kind === 'set' ? { ...part, atMost: part.atMost + 1 } : part,
    ),
    'registers are of the event time': made((part) =>
      part.kind === 'registers' ? { ...part, of: { kind: 'event-time', type: 'timestamp', nullable: false } } : part,
    ),
    'the first boundary is missing': made((part) =>
      part.kind === 'buckets' && part.index.kind === 'boundaries'
        ? { ...part, index: { ...part.index, boundaries: part.index.boundaries.slice(1) } }
        : part,
    ),
    'quantiles are of two buckets': made((part) =>
      part.kind === 'buckets' && part.index.kind === 'log-linear'
        ? { ...part, index: { kind: 'boundaries', boundaries: [0] } }
        : part,
    ),
  };
};

const byUtf16Unit: typeof compareText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
