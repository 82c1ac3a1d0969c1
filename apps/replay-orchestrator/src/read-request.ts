import { TwofoldError, pointerTo } from '@twofold/core';
import { z } from 'zod';
import { MAX_LIMIT } from './read-limit.js';

/** Who a person is, and why they do it, characters: what fits a line of a table, and a paragraph. */
const MAX_BY_LENGTH = 200;
const MAX_NOTE_LENGTH = 2_000;

/** Postgres' texts have no zero in them. */
export const text = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .regex(/^[^\0]*$/, 'must not have a zero character in it');

/** Of a query: how many are asked for. */
export const limit = z
  .string()
  .regex(/^[1-9]\d{0,2}$/)
  .transform(Number)
  .pipe(z.int().max(MAX_LIMIT));

/** Who decides, and why: what the body of every decision has. */
export const decision = { by: text(MAX_BY_LENGTH).min(1), note: text(MAX_NOTE_LENGTH).nullish() };

/** @throws TwofoldError `invalid-value`, or `unknown-parameter` where the schema is strict, with a pointer to the first that is wrong */
export function read<T>(schema: z.ZodType<T>, input: unknown): T {
  const outcome = schema.safeParse(input ?? {});
  if (outcome.success) return outcome.data;
  const [problem] = outcome.error.issues;
  const pointer = (problem?.path ?? []).map((step) => `/${String(step)}`).join('');
  if (problem?.code === 'unrecognized_keys') {
    const [unknown = ''] = problem.keys;
    throw new TwofoldError(
      'unknown-parameter',
      `there is no ${JSON.stringify(unknown)} here`,
      pointer + pointerTo(unknown),
    );
  }
  throw new TwofoldError('invalid-value', `${pointer.slice(1) || 'the request'}: ${problem?.message}`, pointer);
}
