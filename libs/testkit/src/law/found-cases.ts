import {
  add,
  allTime,
  and,
  constant,
  count,
  defineEvent,
  defineView,
  eq,
  gt,
  int,
  max,
  planView,
  sum,
  type EventType,
  type Value,
  type ViewDefinition,
} from '@twofold/core';
import type { LawCase } from '../generators/law-cases.js';

/** A case in which two ways to the same rows once came to different ones. */
export type FoundCase = { readonly name: string; readonly lawCase: () => LawCase };

/** Every failure that random cases, or people, found: each runs first, for ever. */
export const FOUND_CASES: readonly FoundCase[] = [
  { name: 'a sum that leaves 64 bits only on the way', lawCase: sumThatComesBack },
  { name: 'an overflow behind a condition that is false already', lawCase: overflowBehindFalse },
  { name: 'a literal that a decimal cannot hold', lawCase: finestDouble },
];

const seen = defineEvent({ type: 'thing.seen', stream: 'things', data: { size: int() } });

/** The fold refused 2⁶² + 2⁶² before it saw what takes it back; an engine that adds in 128 bits did not. */
export function sumThatComesBack(): LawCase {
  const half = 2n ** 62n;
  const view = defineView({
    name: 'sums',
    from: seen,
    window: allTime(),
    measures: ({ size }) => ({ total: sum(size), greatest: max(size) }),
  });
  return lawCaseOf(seen, view, [[half], [half], [half], [-half], [-half], [1]]);
}

/** Compiled JavaScript left at the first false; SQL computes both, and so must whoever says that there is an overflow. */
function overflowBehindFalse(): LawCase {
  const view = defineView({
    name: 'filtered',
    from: seen,
    where: ({ size }) => and(eq(size, 0), gt(add(size, size), 0)),
    window: allTime(),
    measures: () => ({ things: count() }),
  });
  return lawCaseOf(seen, view, [[0], [2n ** 63n - 1n], [1]]);
}

/** SQL reads digits with a point as a decimal, and rounds them as one. */
function finestDouble(): LawCase {
  const view = defineView({
    name: 'literals',
    from: seen,
    window: allTime(),
    measures: () => ({ finest: max(constant('double', -0.011477016182383901)) }),
  });
  return lawCaseOf(seen, view, [[1], [2]]);
}

/** One partition with these events, cut after each, and delivered once. */
function lawCaseOf(event: EventType, view: ViewDefinition, data: readonly (readonly Value[])[]): LawCase {
  const { type, version, stream } = event;
  const log = data.map((values, offset) => ({
    ...{ offset, appliedOffset: offset, type, version, values, timeMs: 0 },
    verdict: { kind: 'event' } as const,
  }));
  return {
    events: [event],
    views: [{ plan: planView(view, [event]), rollUp: { window: null, dimensions: [] } }],
    partitions: [{ stream, partition: 0 }],
    log: [log],
    course: { cuts: data.map((_, offset) => [offset]), deliveries: [[]] },
  };
}
