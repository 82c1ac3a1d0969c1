import type { EventType, ViewPlan } from '@twofold/core';
import fc from 'fast-check';
import { courses, type Course } from './cuts.js';
import { eventTypes } from './event-types.js';
import { logsOf, type Log } from './logs.js';
import { viewsOver } from './views.js';

/** Some views of one event type, a log, and a way to cut and fold it. */
export type LawCase = {
  readonly event: EventType;
  readonly views: readonly ViewPlan[];
  readonly log: Log;
  readonly course: Course;
};

/** Each costs a table in an engine under test, and the views share it. */
const MAX_VIEWS = 3;

export const lawCases: fc.Arbitrary<LawCase> = eventTypes
  .chain((event) =>
    fc.tuple(
      fc.constant(event),
      fc.array(viewsOver(event), { minLength: 1, maxLength: MAX_VIEWS, size: 'max' }),
      logsOf(event),
      courses,
    ),
  )
  .map(([event, views, log, courseOf]) => ({ event, views, log, course: courseOf(log) }));
