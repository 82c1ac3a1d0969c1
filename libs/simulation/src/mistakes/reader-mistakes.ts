import { offsetAt, partitionName, sumAside } from '@twofold/core';
import { fits } from '@twofold/flows';
import type { SpeedRecord, SpeedRecordId, SpeedViewStore } from '@twofold/ports';
import { replacing, type Mistake } from '../mistake.js';

const EVERY_ROW = { dimensions: [], fromWindow: null, toWindow: null };
const SLOW_MS = 2_000;
const MAX_ROWS = 10_000;

/** Rules 8 and 9. */
export const READER_MISTAKES: readonly Mistake[] = [
  {
    name: 'a reader accepts a gap between the cut and the epochs',
    spec: ['NoContiguity'],
    inCalls: (role) =>
      role === 'reader'
        ? {
            speedViews: (right, { wait }) =>
              replacing(right, {
                read: async (id, from, selection, maxRows) => {
                  await wait(SLOW_MS);
                  const read = await right.read(id, from, selection, maxRows);
                  return read && { ...read, record: asIfWhole(read.record, from) };
                },
              }),
          }
        : {},
  },
  {
    name: 'a reader merges epochs below the cut',
    spec: [],
    inCalls: (role) =>
      role === 'reader'
        ? {
            speedViews: (right) =>
              replacing(right, { read: (id, _from, selection, maxRows) => right.read(id, 0, selection, maxRows) }),
          }
        : {},
  },
  {
    name: 'a reader takes offset and rows at two moments',
    spec: ['TornRead'],
    inCalls: (role) =>
      role === 'reader'
        ? {
            speedViews: (right) =>
              replacing(right, {
                read: async (...args) => {
                  const first = await right.read(...args);
                  const second = await right.read(...args);
                  return first && second && { record: first.record, rows: second.rows };
                },
              }),
          }
        : {},
  },
  {
    name: 'a reader takes the epochs before the pointer, and believes that they fit',
    spec: [],
    inCalls: (role) => {
      if (role !== 'reader') return {};
      const taken = new Map<string, Awaited<ReturnType<SpeedViewStore['read']>>>();
      return {
        batchViews: (right, world) =>
          replacing(right, {
            published: async (view) => {
              const { batchViews, speedViews } = world.stores();
              const early = await batchViews.published(view);
              await world.wait(SLOW_MS);
              for (const partition of world.partitions) {
                const cut = offsetAt(early?.cut ?? {}, partition);
                const read = await speedViews.read({ view, partition }, cut, EVERY_ROW, MAX_ROWS);
                taken.set(nameOf({ view, partition }), read !== null && fits(read.record, cut) ? read : null);
              }
              return right.published(view);
            },
          }),
        speedViews: (right) =>
          replacing(right, {
            read: async (id, from) => {
              const read = taken.get(nameOf(id)) ?? null;
              return read && { ...read, record: asIfWhole(read.record, from) };
            },
          }),
      };
    },
  },
  {
    name: 'the rows of a dropped generation are taken for none',
    spec: [],
    inCalls: (role) =>
      role === 'reader'
        ? {
            batchViews: (right, { wait }) =>
              replacing(right, {
                published: async (view) => {
                  const published = await right.published(view);
                  await wait(SLOW_MS);
                  return published;
                },
                read: async (...args) => (await right.read(...args)) ?? [],
                readKeys: async (...args) => (await right.readKeys(...args)) ?? [],
              }),
          }
        : { batchViews: (right) => replacing(right, { dropSuperseded: (view) => right.dropSuperseded(view, 0, []) }) },
  },
  {
    name: 'a session forgets its position',
    spec: ['NoToken'],
    forgetsToken: true,
  },
];

/** The record as somebody reads it who does not look for gaps. */
const asIfWhole = ({ applied, appliedAtMs, epochs }: SpeedRecord, from: number): SpeedRecord => {
  const aside = sumAside(epochs.filter(({ start }) => start >= from));
  return { applied, appliedAtMs, epochs: [{ start: from, end: null, ...aside }] };
};

const nameOf = ({ view, partition }: SpeedRecordId): string => `${view.name} ${partitionName(partition)}`;
