import { TwofoldError, rowKeyOf, type Scalar, type Value, type ViewPlan, type ViewRow } from '@twofold/core';

/** Two ways to the same rows came to different ones, or one of them to none. */
export class LawBroken extends Error {
  override readonly name = 'LawBroken';
}

export const broken = (what: string, plan: ViewPlan, how: string, cause?: unknown): LawBroken =>
  new LawBroken(`${what}: ${how}\n${JSON.stringify(plan.definition)}`, { cause });

export function expectSame(
  what: string,
  plan: ViewPlan,
  expected: readonly ViewRow[],
  actual: readonly ViewRow[],
): void {
  const wanted = new Map(expected.map((row) => [rowKeyOf(row), row.parts]));
  for (const row of actual) {
    const parts = wanted.get(rowKeyOf(row));
    if (parts === undefined) throw broken(what, plan, `row ${rowKeyOf(row)} is not in the naive view, or stands twice`);
    if (!areSame(parts, row.parts))
      throw broken(what, plan, `row ${rowKeyOf(row)} is ${textOf(row.parts)}, the naive view has ${textOf(parts)}`);
    wanted.delete(rowKeyOf(row));
  }
  const [missing] = wanted.keys();
  if (missing !== undefined) throw broken(what, plan, `row ${missing} is missing`);
}

/** Equal to the bit and to the type: 1 is not 1n, and 0 is not −0. */
export const areSame = (expected: Value, actual: Value): boolean =>
  isList(expected) && isList(actual)
    ? expected.length === actual.length && expected.every((value, index) => Object.is(value, actual[index]))
    : Object.is(expected, actual);

const isList = (value: Value): value is readonly Scalar[] => Array.isArray(value);

export const digitsOf = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);

export const textOf = (value: Value | TwofoldError): string =>
  value instanceof TwofoldError ? value.code : Object.is(value, -0) ? '-0' : (JSON.stringify(value, digitsOf) ?? '');

export const isOverflow = (error: unknown): error is TwofoldError =>
  error instanceof TwofoldError && error.code === 'overflow';
