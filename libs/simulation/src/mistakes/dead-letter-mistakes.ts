import type { ArchivedEvent, Offset, Partition, PartitionState } from '@twofold/core';
import { replacing, type Mistake, type Rewiring } from '../mistake.js';

const EVER = Number.MAX_SAFE_INTEGER;

const isReleased = ({ offset, appliedOffset }: ArchivedEvent): boolean => offset !== appliedOffset;

/** Whoever starts is told of another state. */
const told = (
  state: (right: (atMost: Offset) => Promise<PartitionState>, atMost: Offset) => Promise<PartitionState>,
): Rewiring => ({
  deadLetters: (right) =>
    replacing(right, {
      lastState: (partition: Partition, atMost, withinRecords) =>
        state((offset) => right.lastState(partition, offset, withinRecords), atMost),
    }),
});

/** The archiver writes other events. */
const archived = (wrong: (events: readonly ArchivedEvent[]) => readonly ArchivedEvent[]): Rewiring => ({
  masterDataset: (right) =>
    replacing(right, {
      append: (partition, from, to, events, types, waiting) =>
        right.append(partition, from, to, wrong(events), types, waiting),
    }),
});

/** What waits, and what is resolved. */
export const DEAD_LETTER_MISTAKES: readonly Mistake[] = [
  {
    name: 'who starts does not know what waits',
    spec: ['HeldForgotten'],
    inCalls: () => told(async (right, atMost) => ({ ...(await right(atMost)), waiting: [] })),
  },
  {
    name: 'who starts knows what waits by now, not at its offset',
    spec: ['LedgerNow'],
    inCalls: () =>
      told(async (right, atMost) => ({ ...(await right(EVER)), offset: Math.min(atMost, (await right(EVER)).offset) })),
  },
  {
    name: 'the archiver does not write down what was resolved',
    spec: ['LedgerApart'],
    inStores: {
      masterDataset: (right) =>
        replacing(right, {
          append: (partition, from, to, events, types, waiting) =>
            right.append(partition, from, to, events, types, { ...waiting, closed: [] }),
        }),
    },
  },
  {
    name: 'what waited counts in the archive from where it stands',
    spec: ['OwnOffset'],
    inStores: archived((events) => events.map((event) => ({ ...event, appliedOffset: event.offset }))),
  },
  {
    name: 'what waited is never archived as an event',
    spec: [],
    inStores: archived((events) => events.filter((event) => !isReleased(event))),
  },
  {
    name: 'what waits is archived as an event',
    spec: [],
    inStores: archived((events) =>
      events.map((event) => (event.verdict.kind === 'held' ? { ...event, verdict: { kind: 'event' } } : event)),
    ),
  },
];
