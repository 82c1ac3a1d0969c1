import { replacing, type Mistake } from '../mistake.js';
import type { OpenSpeedViews } from '../stores.js';

const BEYOND = Number.MAX_SAFE_INTEGER;
const EVERYTHING = { dimensions: [], fromWindow: null, toWindow: null };

/** How a generation is rolled forward by sealed epochs, and audited by them. */
export const ROLL_FORWARD_MISTAKES: readonly Mistake[] = [
  {
    name: 'rows of sealed epochs are missed by who audits, or rolls forward',
    spec: [],
    inCalls: readingEpochs((right) => async (...args) => {
      const step = await right.readSealed(...args);
      return step && { ...step, rows: step.rows.slice(1) };
    }),
  },
  {
    name: 'an epoch is merged twice when a generation is rolled forward',
    spec: [],
    inCalls: readingEpochs((right) => async (...args) => {
      const step = await right.readSealed(...args);
      return step && { ...step, rows: [...step.rows, ...step.rows] };
    }),
  },
  {
    name: 'a generation is rolled forward by epochs below its cut, too',
    spec: [],
    inCalls: readingEpochs((right) => (id, _from, to, after) => right.readSealed(id, 0, to, after)),
  },
  {
    name: 'a generation is rolled forward by epochs beyond the next cut, too',
    spec: [],
    inCalls: readingEpochs((right) => (id, from, _to, after) => right.readSealed(id, from, BEYOND, after)),
  },
  {
    name: 'a generation is rolled forward with an epoch that is not sealed yet',
    spec: [],
    inCalls: readingEpochs((right) => async (id, from, to, after) => {
      const [step, read] = [
        await right.readSealed(id, from, to, after),
        await right.read(id, from, EVERYTHING, BEYOND),
      ];
      const sealed = { start: from, end: to, deadLetters: 0, duplicates: 0, held: 0 };
      return step && read && { ...step, rows: read.rows, record: { ...step.record, epochs: [sealed] } };
    }),
  },
  {
    name: 'the generation before the last is rolled forward',
    spec: [],
    inCalls: (role) =>
      role === 'builder'
        ? {
            batchViews: (right) =>
              replacing(right, { scan: (plan, number) => right.scan(plan, Math.max(0, number - 1)) }),
          }
        : {},
  },
];

/** In how builders read sealed epochs. */
function readingEpochs(
  wrong: (right: OpenSpeedViews) => OpenSpeedViews['readSealed'],
): NonNullable<Mistake['inCalls']> {
  return (role) =>
    role === 'builder' ? { speedViews: (right) => replacing(right, { readSealed: wrong(right) }) } : {};
}
