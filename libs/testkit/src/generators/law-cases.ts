import { leavesOfAll, type EventType, type Partition } from '@twofold/core';
import fc from 'fast-check';
import { NaiveLog } from '../law/naive-log.js';
import { courses, type Course } from './cuts.js';
import { versionsOf } from './event-types.js';
import { logsOf, type Log } from './logs.js';
import { viewsOver, type LawView } from './views.js';

/** Some views of some events, a log of one or two streams, and a way to cut and fold it. */
export type LawCase = {
  /** The catalog: all versions of all types. */
  readonly events: readonly EventType[];
  readonly views: readonly LawView[];
  readonly partitions: readonly Partition[];
  /** The records of each of the partitions, by index. */
  readonly log: Log;
  readonly course: Course;
};

/** Each costs tables in an engine under test, and the views share them. */
const MAX_VIEWS = 3;
const STREAMS = ['things', 'beings'] as const;
const TYPES = ['thing.seen', 'thing.lost', 'being.met'] as const;
/** One case in so many has events that overflow, and then there is nothing to see but that they do; of the others they are taken out. */
const WILD_IN = 4;

type Versions = readonly EventType[];

/** One to three types on one or two streams. Now and then one has the fields of the first, so that views see fields that both have. */
const catalogs: fc.Arbitrary<readonly Versions[]> = fc
  .tuple(
    ...TYPES.map((type) =>
      fc.constantFrom(...STREAMS).chain((stream) =>
        fc.record({
          type: fc.constant(type),
          stream: fc.constant(stream),
          own: versionsOf(type, stream),
          isAlike: fc.boolean(),
        }),
      ),
    ),
    fc.integer({ min: 1, max: TYPES.length }),
  )
  .map((drawn) => {
    const number = drawn[TYPES.length] as number;
    const types = (drawn.slice(0, TYPES.length) as readonly DrawnType[]).slice(0, number);
    return types.map(({ type, stream, own, isAlike }, index) =>
      isAlike && index > 0 ? (types[0]?.own ?? own).map((version) => ({ ...version, type, stream })) : own,
    );
  });
type DrawnType = { readonly type: string; readonly stream: string; readonly own: Versions; readonly isAlike: boolean };

export const lawCases: fc.Arbitrary<LawCase> = fc
  .tuple(
    catalogs,
    fc.nat({ max: WILD_IN - 1 }).map((drawn) => drawn === WILD_IN - 1),
  )
  .chain(([types, isWild]) => {
    const events = types.flat();
    const streams = [...new Set(events.map(({ stream }) => stream))];
    const newest = types.flatMap((versions) => versions.slice(-1));
    const views = fc
      .shuffledSubarray(newest, { minLength: 1 })
      .chain((some) => viewsOver(compatible(some), events, isWild));
    return fc.record({
      events: fc.constant(events),
      views: fc.array(views, { minLength: 1, maxLength: MAX_VIEWS, size: 'max' }),
      logs: fc.tuple(
        ...streams.map((stream) =>
          logsOf(events.filter((event) => event.stream === stream)).map((log) => ({ stream, log })),
        ),
      ),
      courseOf: courses,
      isWild: fc.constant(isWild),
    });
  })
  .map(({ events, views, logs, courseOf, isWild }) => {
    const partitions = logs.flatMap(({ stream, log }) => log.map((_, partition) => ({ stream, partition })));
    const log = logs.flatMap((ofStream) => ofStream.log);
    const course = courseOf(log);
    const lawCase: LawCase = { events, views, partitions, log, course };
    return isWild ? lawCase : { ...lawCase, log: withoutOverflow(lawCase) };
  });

/** As many of the events as no field of which differs in type from one of those before. */
function compatible(events: readonly EventType[]): readonly EventType[] {
  return events.reduce<readonly EventType[]>((chosen, event) => {
    let isOfOneType = true;
    try {
      leavesOfAll([...chosen, event], () => {
        throw new Error('of several types');
      });
    } catch {
      isOfOneType = false;
    }
    return isOfOneType ? [...chosen, event] : chosen;
  }, []);
}

function withoutOverflow(lawCase: LawCase): Log {
  const naive = new NaiveLog(lawCase);
  const overflowing = lawCase.views.flatMap(({ plan }) => naive.overflowing(plan));
  const isAt = new Set(overflowing.map(({ partition, offset }) => `${partition} ${offset}`));
  return lawCase.log.map((records, partition) => records.filter(({ offset }) => !isAt.has(`${partition} ${offset}`)));
}
