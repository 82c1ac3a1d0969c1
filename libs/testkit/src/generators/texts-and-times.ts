import {
  TRUNCATE_UNITS,
  concat,
  dateOf,
  lower,
  scaleOf,
  substring,
  toText,
  truncate,
  upper,
  type ExactTypeName,
  type Expression,
} from '@twofold/core';
import fc from 'fast-check';
import type { ExpressionScope } from './expression-scope.js';
import { ZONES } from './scalar-values.js';

/** Where substrings begin and how long they are: around the ends of short texts. */
const near = fc.integer({ min: -1, max: 4 });

/** Every function that gives text. */
export function texts({ scalarTypes, of }: ExpressionScope): readonly fc.Arbitrary<Expression>[] {
  const shown = scalarTypes.filter((type) => type === 'boolean' || type === 'string' || scaleOf(type) !== null);
  return [
    of('string').map((text) => lower(text)),
    of('string').map((text) => upper(text)),
    fc.array(of('string'), { minLength: 1, maxLength: 2 }).map((operands) => concat(...operands)),
    fc.tuple(of('string'), of('int'), of('int')).map(([text, start, taken]) => substring(text, start, taken)),
    fc.tuple(of('string'), near, near).map(([text, start, taken]) => substring(text, start, taken)),
    fc.oneof(...shown.map((type) => of(type))).map((value) => toText(value as Expression<ExactTypeName>)),
  ];
}

/** Every function that gives a timestamp or a date. */
export const moments = (type: 'timestamp' | 'date', { of }: ExpressionScope): readonly fc.Arbitrary<Expression>[] => {
  const [times, zones] = [of('timestamp'), fc.constantFrom(...ZONES)];
  return type === 'date'
    ? [fc.tuple(times, zones).map(([time, zone]) => dateOf(time, zone))]
    : [
        fc
          .tuple(times, fc.constantFrom(...TRUNCATE_UNITS), zones)
          .map(([time, unit, zone]) => truncate(time, unit, zone)),
      ];
};
