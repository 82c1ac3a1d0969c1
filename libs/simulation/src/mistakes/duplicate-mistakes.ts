import { NOTHING_ASIDE, sumAside, type ArchivedEvent } from '@twofold/core';
import { replacing, type Mistake } from '../mistake.js';

const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** What is folded into nothing: which records are, and how many. */
export const DUPLICATE_MISTAKES: readonly Mistake[] = [
  {
    name: 'the index of duplicates is forgotten at restart',
    spec: ['IndexForgotten'],
    inCalls: () => ({
      log: (right) =>
        replacing(right, {
          // only who looks back through a window names its end
          read: (partition, options) => right.read(partition, { ...options, from: options.below ?? options.from }),
        }),
    }),
  },
  {
    name: 'what retention took of the window is not asked of the archive',
    spec: [],
    inCalls: () => ({ masterDataset: (right) => replacing(right, { identities: async () => [] }) }),
  },
  {
    name: 'duplicates are sought within a file of the archive only',
    spec: [],
    inStores: {
      masterDataset: (right) =>
        replacing(right, {
          append: (partition, from, to, events, types, waiting) =>
            right.append(partition, from, to, events.map(judgedAmong(events)), types, waiting),
        }),
    },
  },
  {
    name: 'the engine folds duplicates, too',
    spec: [],
    inStores: {
      masterDataset: (right) =>
        replacing(right, {
          append: (partition, from, to, events, types, waiting) =>
            right.append(partition, from, to, events.map(asEvent), types, waiting),
        }),
    },
  },
  {
    name: 'counts are added to what stands, not written',
    spec: [],
    inStores: {
      speedViews: (right) =>
        replacing(right, {
          commit: async (id, expected, change) => {
            const stands = await right.load(id);
            const aside = sumAside([change, ...(stands?.record.epochs.slice(-1) ?? [])]);
            return right.commit(id, expected, { ...change, ...aside });
          },
        }),
    },
  },
  {
    name: 'counts begin at nothing when a record is loaded',
    spec: [],
    inCalls: () => ({
      speedViews: (right) =>
        replacing(right, {
          load: async (id) => {
            const loaded = await right.load(id);
            const epochs = loaded?.record.epochs.map((epoch) => ({ ...epoch, ...NOTHING_ASIDE })) ?? [];
            return loaded && { ...loaded, record: { ...loaded.record, epochs } };
          },
        }),
    }),
  },
  {
    name: 'what is set aside beyond the cut is counted for the generation',
    spec: [],
    inStores: {
      masterDataset: (right) =>
        replacing(right, {
          summaryBelow: (cut) =>
            right.summaryBelow(
              Object.fromEntries(Object.entries(cut).map(([stream, ends]) => [stream, ends.map(() => EVERYTHING)])),
            ),
        }),
    },
  },
];

const asEvent = (event: ArchivedEvent): ArchivedEvent =>
  event.verdict.kind === 'duplicate' ? { ...event, verdict: { kind: 'event' } } : event;

/** As somebody judges who sees these records only. */
const judgedAmong =
  (events: readonly ArchivedEvent[]) =>
  (event: ArchivedEvent, index: number): ArchivedEvent =>
    events.slice(0, index).some(({ id, verdict }) => id === event.id && verdict.kind !== 'dead')
      ? event
      : asEvent(event);
