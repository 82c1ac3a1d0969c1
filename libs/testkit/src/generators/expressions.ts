import {
  add,
  and,
  coalesce,
  eq,
  eventTime,
  ge,
  gt,
  isNull,
  le,
  lt,
  multiply,
  ne,
  not,
  or,
  subtract,
  type DataTypeKind,
  type EventType,
  type Expression,
  type Operand,
} from '@twofold/core';
import fc from 'fast-check';
import { doubles, ints, texts, times } from './scalar-values.js';

export type ExpressionsByKind = { readonly [K in DataTypeKind]: fc.Arbitrary<Expression<K>> };

/** Keeps every value within 2^56, so that no sum over a generated log leaves 64 bits, in whatever order. */
const GREATEST_FACTOR = 4;
const factors = fc.integer({ min: -GREATEST_FACTOR, max: GREATEST_FACTOR });

/** Expressions over the fields of an event, made by the builders that teams use. */
export function expressionsOver(event: EventType): ExpressionsByKind {
  const fieldsOf = <K extends DataTypeKind>(kind: K): fc.Arbitrary<Expression<K>> =>
    fc.constantFrom(
      ...Object.entries(event.fields).flatMap(([name, field]): readonly Expression<K>[] =>
        field.kind === kind ? [{ kind: 'field', name, type: kind, nullable: field.optional }] : [],
      ),
    );

  const anInt = orElse(fieldsOf('int'), ints);
  const summed = fc.oneof(
    { weight: 3, arbitrary: anInt },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(add, subtract), anInt, fc.oneof(anInt, ints))
        .map(([compute, left, right]) => compute(left, right)),
    },
  );
  const int = fc.oneof(
    { weight: 4, arbitrary: summed },
    { weight: 1, arbitrary: fc.tuple(summed, factors).map(([of, factor]) => multiply(of, factor)) },
  );
  const string = orElse(fieldsOf('string'), texts);
  const double = orElse(fieldsOf('double'), doubles);
  const dates = times.map((timeMs) => new Date(timeMs));
  const timestamp = fc.oneof(orElse(fieldsOf('timestamp'), dates), fc.constant(eventTime));
  const aField = Object.keys(event.fields).map((name): Expression => ({
    kind: 'field',
    name,
    type: event.fields[name]?.kind ?? 'string',
    nullable: event.fields[name]?.optional ?? false,
  }));

  const { boolean } = fc.letrec<{ boolean: Expression<'boolean'> }>((tie) => ({
    boolean: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.oneof(
        comparisonOf(int, ints),
        comparisonOf(string, texts),
        comparisonOf(double, doubles),
        comparisonOf(timestamp, dates),
        orElse(fieldsOf('boolean'), fc.boolean()),
        fc.constantFrom(...aField).map((field) => isNull(field)),
      ),
      comparisonOf(tie('boolean'), fc.boolean()),
      fc.array(tie('boolean'), { maxLength: 3 }).map((operands) => and(...operands)),
      fc.array(tie('boolean'), { maxLength: 3 }).map((operands) => or(...operands)),
      tie('boolean').map((operand) => not(operand)),
    ),
  }));
  return { string, int, double, boolean, timestamp };
}

/** The field, or now and then something in its place where it is null. */
const orElse = <K extends DataTypeKind>(
  field: fc.Arbitrary<Expression<K>>,
  literal: fc.Arbitrary<Operand<K>>,
): fc.Arbitrary<Expression<K>> =>
  fc.oneof(
    { weight: 3, arbitrary: field },
    {
      weight: 1,
      arbitrary: fc
        .tuple(field, fc.oneof(field, literal))
        .map(([of, other]) => coalesce<K>(of, other as Expression<K>)),
    },
  );

const comparisonOf = <K extends DataTypeKind>(
  left: fc.Arbitrary<Expression<K>>,
  literal: fc.Arbitrary<Operand<K>>,
): fc.Arbitrary<Expression<'boolean'>> =>
  fc
    .tuple(fc.constantFrom(eq, ne, lt, le, gt, ge), left, fc.oneof(left, literal))
    .map(([compare, a, b]) => compare<K>(a, b as Operand<NoInfer<K>>));
