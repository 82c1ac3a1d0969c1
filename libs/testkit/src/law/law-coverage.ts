import {
  WINDOW_UNITS,
  itemTypeOf,
  operandsOf,
  scaleOf,
  viewOf,
  type Aggregate,
  type DataTypeName,
  type ExpressionNode,
  type Field,
  type Part,
  type ScalarTypeName,
  type ViewPlan,
} from '@twofold/core';
import { EXPRESSION_WORDS, wordOf } from '../generators/expressions.js';
import type { LawCase } from '../generators/law-cases.js';
import { WINDOW_ZONES, type LawView } from '../generators/views.js';
import { NaiveLog } from './naive-log.js';
import { COMMON_RUNS } from './law-property.js';

/** What the cases of a run held of the language. */
export type LawCoverage = {
  readonly see: (lawCase: LawCase) => void;
  /** What no case held; of a run too short to hold everything: nothing. */
  readonly missing: (numRuns: number) => readonly string[];
};

type Names<K extends string> = Readonly<Record<K, true>>;

const AGGREGATES: Names<Aggregate['kind']> = {
  ...{ count: true, countWhere: true, sum: true, min: true, max: true, average: true, variance: true },
  ...{ standardDeviation: true, first: true, latest: true, distinct: true, approximateDistinct: true },
  ...{ quantile: true, histogram: true },
};
const FIELDS: Names<Field['kind']> = {
  ...{ string: true, enum: true, int: true, decimal: true, double: true, boolean: true, timestamp: true },
  ...{ date: true, list: true, record: true },
};
const SCALARS = ['string', 'int', 'decimal', 'double', 'boolean', 'timestamp', 'date'] as const;
const COUNTABLE = SCALARS.filter((type) => type !== 'double');
const ORDINAL = ['int', 'decimal', 'timestamp', 'date'] as const;
/** Which types each kind of part can be of. The states of projections are of no view. */
const PARTS: Names<Exclude<Part['kind'], 'reduced'>> & object = {
  ...{ count: true, sum: true, min: true, max: true, argmin: true, argmax: true, set: true },
  ...{ registers: true, buckets: true },
};

const of = (what: string, names: readonly string[]): readonly string[] => names.map((name) => `${what}: ${name}`);

const EVERYTHING: readonly string[] = [
  ...of('expression', EXPRESSION_WORDS),
  ...of('aggregate', Object.keys(AGGREGATES)),
  ...of('part', Object.keys(PARTS)),
  ...of('min', SCALARS),
  ...of('max', SCALARS),
  ...of('argmin', SCALARS),
  ...of('argmax', SCALARS),
  ...of('set', COUNTABLE),
  ...of('registers', COUNTABLE),
  ...of('log-linear buckets', ORDINAL),
  ...of('boundary buckets', [...ORDINAL, 'double']),
  ...of('sum', ['values', 'squares']),
  ...of('dimension', COUNTABLE),
  ...of('field', Object.keys(FIELDS)),
  ...of('optional field', Object.keys(FIELDS)),
  ...of('upcast', ['field', 'literal', 'coalesce', 'add', 'multiply', 'concat', 'substring', 'toText']),
  ...of('version read', ['newest', 'one before', 'two before']),
  ...of('window', WINDOW_UNITS),
  ...of('zone', WINDOW_ZONES),
  ...of('rolled up to', WINDOW_UNITS.slice(1)),
  ...of('rolled up', ['window only', 'dimensions only', 'both', 'neither']),
  ...of('view of', ['one type', 'several types', 'several streams']),
  ...of('filter', ['none', 'some']),
  ...of('cuts', ['1', '2', '3', '4']),
  ...of('events counted', ['at once', 'later']),
  ...of('overflow', ['none', 'of a view', 'of an upcast']),
];

export function lawCoverage(): LawCoverage {
  const seen = new Set<string>();
  return {
    see: (lawCase) => {
      for (const word of wordsOf(lawCase)) seen.add(word);
    },
    missing: (numRuns) => (numRuns < COMMON_RUNS ? [] : EVERYTHING.filter((word) => !seen.has(word))),
  };
}

function* wordsOf(lawCase: LawCase): Generator<string> {
  const { events, views, log, course } = lawCase;
  for (const { fields, upcast } of events) {
    yield* fieldWords(Object.values(fields));
    for (const node of Object.values(upcast ?? {})) for (const word of nodeWords(node)) yield `upcast: ${word}`;
  }
  yield `cuts: ${course.cuts.length}`;
  for (const { verdict, offset, appliedOffset } of log.flat())
    if (verdict.kind === 'event') yield `events counted: ${offset === appliedOffset ? 'at once' : 'later'}`;
  const naive = new NaiveLog(lawCase);
  for (const view of views) {
    yield* viewWords(view);
    yield* versionWords(view.plan, log);
    yield* overflowWords(view.plan, naive);
  }
}

function* fieldWords(fields: readonly Field[]): Generator<string> {
  for (const field of fields) {
    yield `field: ${field.kind}`;
    if (field.optional) yield `optional field: ${field.kind}`;
    if (field.kind === 'record') yield* fieldWords(Object.values(field.fields));
  }
}

function* nodeWords(node: ExpressionNode): Generator<string> {
  yield wordOf(node);
  for (const operand of operandsOf(node)) yield* nodeWords(operand);
}

function* viewWords({ plan, rollUp }: LawView): Generator<string> {
  const { where, by, window, measures } = viewOf(plan);
  const nodes = [
    ...(where === null ? [] : [where]),
    ...by.map((dimension) => dimension.of),
    ...measures.flatMap(({ aggregate }) => nodesOf(aggregate)),
  ];
  for (const node of nodes) for (const word of nodeWords(node)) yield `expression: ${word}`;
  for (const { aggregate } of measures) yield `aggregate: ${aggregate.kind}`;
  for (const part of plan.parts) yield* partWords(part);
  for (const dimension of by) yield `dimension: ${typeWord(dimension.of.type)}`;
  yield `window: ${window.unit}`;
  if (window.unit !== 'all') yield `zone: ${window.timeZone}`;
  yield `filter: ${where === null ? 'none' : 'some'}`;
  yield `view of: ${plan.sources.length > 1 ? 'several types' : 'one type'}`;
  if (plan.streams.length > 1) yield 'view of: several streams';
  if (rollUp.window !== null) yield `rolled up to: ${rollUp.window.unit}`;
  const hasFewer = rollUp.dimensions.length < by.length;
  if (hasFewer) yield `rolled up: ${rollUp.window === null ? 'dimensions only' : 'both'}`;
  else yield `rolled up: ${rollUp.window === null ? 'neither' : 'window only'}`;
}

const nodesOf = (aggregate: Aggregate): readonly ExpressionNode[] =>
  aggregate.kind === 'count' ? [] : aggregate.kind === 'countWhere' ? [aggregate.where] : [aggregate.of];

function* partWords(part: Part): Generator<string> {
  yield `part: ${part.kind}`;
  if (part.kind === 'count' || part.kind === 'reduced') return;
  if (part.kind === 'sum') yield `sum: ${part.power === 1 ? 'values' : 'squares'}`;
  else if (part.kind === 'buckets')
    yield `${part.index.kind === 'log-linear' ? 'log-linear' : 'boundary'} buckets: ${typeWord(part.type)}`;
  else yield `${part.kind}: ${typeWord(part.type)}`;
}

/** A decimal of whatever scale is one. */
const typeWord = (type: DataTypeName | ScalarTypeName): string =>
  itemTypeOf(type) !== null ? 'list' : type !== 'int' && scaleOf(type) !== null ? 'decimal' : type;

const AGES = ['newest', 'one before', 'two before'];

function* versionWords({ sources }: ViewPlan, log: LawCase['log']): Generator<string> {
  for (const { event } of sources)
    for (const { type, version, verdict } of log.flat())
      if (type === event.type && verdict.kind === 'event') yield `version read: ${AGES[event.version - version]}`;
}

function* overflowWords(plan: ViewPlan, naive: NaiveLog): Generator<string> {
  const overflowing = naive.overflowing(plan);
  if (overflowing.length === 0) yield 'overflow: none';
  for (const { isOfUpcast } of overflowing) yield `overflow: of ${isOfUpcast ? 'an upcast' : 'a view'}`;
}
