import {
  TwofoldError,
  compileFoldSource,
  evaluate,
  foldScope,
  foldSource,
  leavesOf,
  viewOf,
  type Partition,
  type Place,
  type Value,
  type ViewFold,
  type ViewPlan,
} from '@twofold/core';
import type { LawSubject, WrongPieces } from '../law-subject.js';

/** Of versions, of several types and streams, and of where an event stands. */
export const readingMutants: WrongPieces = (right) => {
  const foldOf = (alter: (fold: ViewFold, plan: ViewPlan, partition: Partition) => ViewFold): Partial<LawSubject> => ({
    compileFold: (plan) => {
      const newFold = right.compileFold(plan);
      return (partition) => alter(newFold(partition), plan, partition);
    },
  });
  const placedAt = (move: (partition: Partition) => Partition): Partial<LawSubject> => ({
    compileFold: (plan) => {
      const newFold = right.compileFold(plan);
      return (partition) => newFold(move(partition));
    },
  });
  return {
    'an older version is read as if it were the newest': {
      compileUpcast: () => (values, _timeMs, target) => void target.push(...values),
    },
    'a field of an older version is taken by its name alone': {
      compileUpcast: (versions, version) => {
        const old = versions.find((event) => event.version === version);
        const paths = old === undefined ? [] : leavesOf(old).map(({ path }) => path);
        const newest = versions.at(-1);
        const wanted = newest === undefined ? [] : leavesOf(newest).map(({ path }) => paths.indexOf(path));
        return (values, _timeMs, target) => void target.push(...wanted.map((index) => values[index] ?? null));
      },
    },
    'the oldest version skips the one after it': {
      compileUpcast: (versions, version) => {
        const newest = versions.at(-1);
        const whole = right.compileUpcast(versions, version);
        if (newest === undefined || newest.version - version < 2) return whole;
        const lastOnly = right.compileUpcast(versions, newest.version - 1);
        return (values, timeMs, target) => lastOnly(values, timeMs, target);
      },
    },
    'an overflow of an upcast passes as null': {
      compileUpcast: (versions, version) => {
        const upcast = right.compileUpcast(versions, version);
        return (values, timeMs, target) => {
          try {
            upcast(values, timeMs, target);
          } catch (error) {
            if (!(error instanceof TwofoldError)) throw error;
            target.push(...values.slice(target.length));
          }
        };
      },
    },
    'events of the second type are folded as of the first': foldOf((fold) =>
      applying(fold, (source, values, timeMs, offset) => fold.apply(Math.min(source, 0), values, timeMs, offset)),
    ),
    'only the first type is read': foldOf((fold) =>
      applying(fold, (source, values, timeMs, offset) => {
        if (source === 0) fold.apply(source, values, timeMs, offset);
      }),
    ),
    'a field that an event lacks has the value of another': {
      compileFold: (plan) => compileFoldSource(plan, foldSource(withLeavesOfFirst(plan)), foldScope),
    },
    'every event has the name of the first type': {
      compileFold: (plan) => {
        const [first, ...others] = plan.sources.map(({ event }) => event.type);
        const source = others.reduce(
          (text, type) => text.replaceAll(JSON.stringify(type), JSON.stringify(first)),
          foldSource(plan),
        );
        return compileFoldSource(plan, source, foldScope);
      },
    },
    'places of every stream are of one': placedAt(({ partition }) => ({ stream: 'things', partition })),
    'places of every partition are of one': placedAt(({ stream }) => ({ stream, partition: 0 })),
    'the offset is no part of a place': foldOf((fold) =>
      applying(fold, (source, values, timeMs) => fold.apply(source, values, timeMs, 0)),
    ),
    'the event that overflows is passed over': foldOf((fold) =>
      applying(fold, (...event) => {
        try {
          fold.apply(...event);
        } catch (error) {
          if (!(error instanceof TwofoldError)) throw error;
        }
      }),
    ),
    'an event that the filter leaves out may overflow': foldOf((fold, plan, partition) =>
      applying(fold, (source, values, timeMs, offset) => {
        try {
          fold.apply(source, values, timeMs, offset);
        } catch (error) {
          if (isTaken(plan, source, values, { ...partition, timeMs, offset })) throw error;
        }
      }),
    ),
  };
};

type Apply = (source: number, values: readonly Value[], timeMs: number, offset: number) => void;

/** The fold with another `apply`, which may call the right one. */
function applying(fold: ViewFold, apply: Apply): ViewFold {
  return {
    apply,
    restore: (rows) => fold.restore(rows),
    takeChanged: () => fold.takeChanged(),
    rows: () => fold.rows(),
    get changedCount() {
      return fold.changedCount;
    },
    get rowCount() {
      return fold.rowCount;
    },
  };
}

function isTaken(plan: ViewPlan, source: number, values: readonly Value[], place: Place): boolean {
  const { where } = viewOf(plan);
  const event = plan.sources[source]?.event;
  if (where === null || event === undefined) return true;
  const data = Object.fromEntries(leavesOf(event).map(({ path }, index) => [path, values[index] ?? null]));
  return evaluate(where, { ...place, type: event.type, data }) === true;
}

/** Every source with the fields of the first: their values then stand for others. */
function withLeavesOfFirst(plan: ViewPlan): ViewPlan {
  const [first] = plan.sources;
  if (first === undefined) return plan;
  const { fields } = first.event;
  return { ...plan, sources: plan.sources.map((source) => ({ ...source, event: { ...source.event, fields } })) };
}
