import { partitionName, rowKeyOf } from '@twofold/core';
import type { SpeedRecordId } from '@twofold/ports';
import { replacing, type Mistake, type Rewiring } from '../mistake.js';
import type { OpenSpeedViews, StoredRecord } from '../stores.js';

const BEYOND = Number.MAX_SAFE_INTEGER;
const EVERYTHING = { dimensions: [null], fromWindow: null, toWindow: null };
const SLOW_MS = 2_000;

/** Rule 12: what the events of an open epoch of a projection are folded upon. */
export const PROJECTION_MISTAKES: readonly Mistake[] = [
  {
    name: 'states are taken from a newer generation than lies below the epoch',
    spec: [],
    inCalls: ofWorkers({
      batchViews: (right, { wait }) =>
        replacing(right, {
          readKeys: async (plan, _number, keys) => {
            await wait(SLOW_MS);
            const published = await right.published(plan.id);
            return right.readKeys(plan, published?.number ?? 0, keys);
          },
        }),
    }),
  },
  {
    name: 'states are taken from the generation, and sealed epochs are missed',
    spec: [],
    inCalls: ofWorkers({
      speedViews: (right) =>
        replacing(right, {
          readSealedKeys: async (...args) => {
            const read = await right.readSealedKeys(...args);
            return read && { ...read, rows: [] };
          },
        }),
    }),
  },
  {
    name: 'states are taken from an older generation than the sealed epochs go on from',
    spec: [],
    inCalls: ofWorkers({
      batchViews: (right) =>
        replacing(right, {
          readKeys: (plan, number, keys) => right.readKeys(plan, Math.max(0, number - 1), keys),
        }),
    }),
  },
  {
    name: 'states are taken from epochs that do not go on from the generation',
    spec: [],
    inCalls: ofWorkers({
      speedViews: (right, { wait }) =>
        replacing(right, {
          readSealedKeys: async (id, from, to, keys) => {
            await wait(SLOW_MS);
            const read = await right.readSealedKeys(id, from, to, keys);
            const epochs = [{ start: from, end: to, deadLetters: 0, duplicates: 0, held: 0 }];
            return read && { ...read, record: { ...read.record, epochs } };
          },
        }),
    }),
  },
  {
    // what another worker folded; without the store's going back to what this one knows, its commit would be refused
    name: 'states are taken from epochs beyond the start of the open one',
    spec: [],
    inCalls: (role) => {
      const known = new Map<string, StoredRecord>();
      const remember = async (right: OpenSpeedViews, id: SpeedRecordId): Promise<void> =>
        void known.set(nameOf(id), await right.peek(id));
      const rewiring: Rewiring = {
        speedViews: (right) =>
          replacing(right, {
            load: async (id) => {
              await remember(right, id);
              return right.load(id);
            },
            commit: async (id, expected, change) => {
              const happened = await right.commit(id, expected, change);
              if (happened) await remember(right, id);
              return happened;
            },
            readSealedKeys: async (id, from, to, keys) => {
              const sealed = await right.readSealedKeys(id, from, to, keys);
              const read = await right.read(id, from, EVERYTHING, BEYOND);
              await right.put(id, known.get(nameOf(id)) ?? null);
              const wanted = new Set(keys.map(rowKeyOf));
              return sealed && { ...sealed, rows: (read?.rows ?? []).filter((row) => wanted.has(rowKeyOf(row))) };
            },
          }),
      };
      return role === 'worker' ? rewiring : {};
    },
  },
];

function ofWorkers(rewiring: Rewiring): NonNullable<Mistake['inCalls']> {
  return (role) => (role === 'worker' ? rewiring : {});
}

const nameOf = ({ view, partition }: SpeedRecordId): string => `${view.name} ${partitionName(partition)}`;
