import {
  compareValues,
  comparePlaces,
  evaluate,
  impossible,
  rowKeyOf,
  scaleOf,
  windowStartAt,
  type Aggregate,
  type PlainEvent,
  type Scalar,
  type Value,
  type ViewDefinition,
} from '@twofold/core';

/** What a measure must be: a value, near one, or an error. */
export type Expected =
  | { readonly kind: 'is'; readonly value: Value }
  | { readonly kind: 'near'; readonly what: string; readonly holds: (actual: Value) => boolean }
  | { readonly kind: 'fails'; readonly code: string };

type Present = NonNullable<Scalar>;

/** What the measures of a view must be by the plain words of the aggregates, by name of row: no parts, no combine. */
export function naiveMeasures(
  { where, by, window, measures }: ViewDefinition,
  events: readonly PlainEvent[],
): ReadonlyMap<string, readonly Expected[]> {
  const groups = new Map<string, PlainEvent[]>();
  for (const event of events) {
    if (where !== null && evaluate(where, event) !== true) continue;
    const key = rowKeyOf({
      dimensions: by.map(({ of }) => evaluate(of, event) as Scalar),
      window: windowStartAt(window, event.timeMs),
    });
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return new Map(
    [...groups].map(([key, group]) => [key, measures.map(({ aggregate }) => expectedOf(aggregate, group))]),
  );
}

function expectedOf(aggregate: Aggregate, events: readonly PlainEvent[]): Expected {
  if (aggregate.kind === 'count') return is(events.length);
  if (aggregate.kind === 'countWhere')
    return is(events.filter((event) => evaluate(aggregate.where, event) === true).length);
  const inOrder = [...events].sort(comparePlaces);
  const values = inOrder.map((event) => evaluate(aggregate.of, event) as Scalar).filter((value) => value !== null);
  const different = new Set(values).size;
  switch (aggregate.kind) {
    case 'sum':
      return is(plain(values.reduce<bigint>((total, value) => total + BigInt(value), 0n)));
    case 'min':
      return is(sorted(values)[0] ?? null);
    case 'max':
      return is(sorted(values).at(-1) ?? null);
    case 'first':
      return is(values[0] ?? null);
    case 'latest':
      return is(values.at(-1) ?? null);
    case 'distinct':
      return different > aggregate.atMost ? { kind: 'fails', code: 'distinct-too-large' } : is(different);
    case 'approximateDistinct':
      return near(`${different} different values`, (actual) => isEstimateOf(different, Number(actual)));
    case 'quantile':
      return quantileOf(values, aggregate.rank);
    case 'histogram':
      return is(countsOf(values, aggregate.boundaries));
    case 'average':
    case 'variance':
    case 'standardDeviation':
      return is(spread(aggregate.kind, values.map(BigInt), scaleOf(aggregate.of.type) ?? 0));
    default:
      return impossible(`aggregate ${JSON.stringify(aggregate satisfies never)}`);
  }
}

const is = (value: Value): Expected => ({ kind: 'is', value });
const near = (what: string, holds: (actual: Value) => boolean): Expected => ({ kind: 'near', what, holds });

const sorted = (values: readonly Present[]): readonly Present[] => [...values].sort(compareValues);

const plain = (value: bigint): Scalar => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

/** Six times the standard error of 4,096 registers, and what few values that share registers come to. */
const isEstimateOf = (different: number, estimate: number): boolean =>
  Number.isSafeInteger(estimate) && Math.abs(estimate - different) <= 2 + (6 * 1.04 * different) / Math.sqrt(4096);

/** Within 1/256 of the value of nearest rank. */
function quantileOf(values: readonly Present[], rank: number): Expected {
  const exactValue = sorted(values)[Math.max(1, Math.ceil(rank * values.length)) - 1];
  if (exactValue === undefined) return is(null);
  const value = BigInt(exactValue);
  const size = value < 0n ? -value : value;
  return near(`${value} or within 1/256 of it`, (actual) => {
    if (typeof actual !== 'number' && typeof actual !== 'bigint') return false;
    const distance = BigInt(actual) - value;
    return 256n * (distance < 0n ? -distance : distance) <= size;
  });
}

function countsOf(values: readonly Present[], boundaries: readonly (number | string)[]): Value {
  const ends = boundaries.map((boundary) => (typeof boundary === 'string' ? BigInt(boundary) : boundary));
  const isBelow = (value: Present, end: number | bigint | undefined): boolean =>
    end === undefined || (value as number | bigint) < end;
  return Array.from(
    { length: ends.length + 1 },
    (_, bucket) =>
      values.filter((value) => isBelow(value, ends[bucket]) && (bucket === 0 || !isBelow(value, ends[bucket - 1])))
        .length,
  );
}

/** The mean; the mean square of the distance from it; the root of that: of exact fractions, rounded once. */
function spread(
  kind: 'average' | 'variance' | 'standardDeviation',
  values: readonly bigint[],
  scale: number,
): number | null {
  if (values.length === 0) return null;
  const n = BigInt(values.length);
  const total = values.reduce((sum, value) => sum + value, 0n);
  const unit = 10n ** BigInt(scale);
  if (kind === 'average') return nearest(total, n * unit);
  const squares = values.reduce((sum, value) => sum + (n * value - total) ** 2n, 0n);
  const denominator = n ** 3n * unit ** 2n;
  return kind === 'variance' ? nearest(squares, denominator) : nearestRoot(squares, denominator);
}

/** No ratio of such values lies nearer to the middle between two doubles than so many digits after the point tell. */
const DIGITS = 250;

/** The nearest double: its digits, and another one where there are more, are read by the language. */
function nearest(numerator: bigint, denominator: bigint): number {
  const shifted = (numerator < 0n ? -numerator : numerator) * 10n ** BigInt(DIGITS);
  const size = readDigits(shifted / denominator, shifted % denominator !== 0n);
  return numerator < 0n ? -size : size;
}

function nearestRoot(numerator: bigint, denominator: bigint): number {
  const shifted = numerator * 10n ** BigInt(2 * DIGITS);
  const square = shifted / denominator;
  let root = 0n;
  for (let bit = BigInt(square.toString(16).length) * 2n + 1n; bit >= 0n; bit--) {
    const more = root | (1n << bit);
    if (more * more <= square) root = more;
  }
  return readDigits(root, root * root !== square || shifted % denominator !== 0n);
}

function readDigits(digits: bigint, hasMore: boolean): number {
  const text = digits.toString().padStart(DIGITS + 1, '0');
  return Number(`${text.slice(0, -DIGITS)}.${text.slice(-DIGITS)}${hasMore ? '1' : ''}`);
}
