import { NOTHING_ASIDE, offsetAt, partitionName } from '@twofold/core';
import type { RecordPair, SpeedRecordId } from '@twofold/ports';
import { replacing, type Mistake } from '../mistake.js';

const SLOW_MS = 2_000;
/** Beyond every offset. */
const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** Rules 1, 2, 4, 5, 7 and 11: commits, seals, loads, resets and clean-up of the speed views. */
export const SPEED_VIEW_MISTAKES: readonly Mistake[] = [
  {
    name: 'commit without the compare',
    spec: ['condition: none'],
    inStores: {
      speedViews: (right) =>
        replacing(right, {
          commit: async (id, _expected, change) => {
            const stands = await right.probe(id);
            return stands !== null && right.commit(id, stands, change);
          },
        }),
    },
  },
  {
    name: 'commit compares the offset only',
    spec: ['condition: offset'],
    inStores: {
      speedViews: (right) =>
        replacing(right, {
          commit: async (id, expected, change) => {
            const stands = await right.probe(id);
            return right.commit(id, stands?.applied === expected.applied ? stands : expected, change);
          },
        }),
    },
  },
  {
    name: 'commit compares the start of the open epoch only',
    spec: ['condition: start'],
    inStores: {
      speedViews: (right) =>
        replacing(right, {
          commit: async (id, expected, change) => {
            const stands = await right.probe(id);
            return right.commit(id, stands?.openStart === expected.openStart ? stands : expected, change);
          },
        }),
    },
  },
  {
    name: 'seal without the compare',
    spec: [],
    inStores: {
      speedViews: (right) =>
        replacing(right, {
          seal: async (id) => {
            const stands = await right.probe(id);
            return stands !== null && right.seal(id, stands);
          },
        }),
    },
    inCalls: () => ({
      speedViews: (right, { wait }) =>
        replacing(right, { seal: async (...args) => (await wait(SLOW_MS), right.seal(...args)) }),
    }),
  },
  {
    name: 'offset written before the rows',
    spec: [],
    inCalls: () => ({
      speedViews: (right) =>
        replacing(right, {
          commit: async (id, expected, change) => {
            if (!(await right.commit(id, expected, { ...change, rows: [] }))) return false;
            return right.commit(id, { ...expected, applied: change.applied }, change);
          },
        }),
    }),
  },
  {
    name: 'rows written before the offset',
    spec: [],
    inCalls: () => ({
      speedViews: (right) =>
        replacing(right, {
          commit: async (id, expected, change) =>
            (await right.commit(id, expected, { ...change, applied: expected.applied })) &&
            right.commit(id, expected, change),
        }),
    }),
  },
  {
    name: 'rows loaded before the record',
    spec: [],
    inCalls: () => ({
      speedViews: (right) =>
        replacing(right, {
          load: async (id) => {
            const rows = await right.load(id);
            const record = await right.load(id);
            return rows && record && { record: record.record, openRows: rows.openRows };
          },
        }),
    }),
  },
  {
    name: 'reset keeps the rows',
    spec: ['ResetKeepsRows'],
    inStores: {
      speedViews: (right) =>
        replacing(right, {
          reset: async (id, expected, cut) => {
            const old = await right.peek(id);
            const happened = await right.reset(id, expected, cut);
            const record = happened ? await right.peek(id) : null;
            const rows = old?.epochs.at(-1)?.rows;
            if (record !== null && rows !== undefined)
              await right.put(id, { ...record, epochs: record.epochs.map((epoch) => ({ ...epoch, rows })) });
            return happened;
          },
        }),
    },
  },
  {
    name: 'reset to the end of the log instead of the published cut',
    spec: ['StartAtCurrent', 'StartAtCurrent: liveness'],
    inStores: {
      speedViews: (right, world) =>
        replacing(right, {
          reset: async (id, expected) => {
            const { end } = await world.stores().log.bounds(id.partition.stream);
            return right.reset(id, expected, end[id.partition.partition] ?? 0);
          },
        }),
    },
  },
  {
    name: 'an idle worker does not compare its memory with the record',
    spec: ['NoProbe: liveness'],
    inCalls: () => {
      const remembered = new Map<string, RecordPair>();
      const remember = (id: SpeedRecordId, pair: RecordPair): true => {
        remembered.set(nameOf(id), pair);
        return true;
      };
      return {
        speedViews: (right) =>
          replacing(right, {
            load: async (id) => {
              const loaded = await right.load(id);
              const { applied, epochs } = loaded?.record ?? { applied: 0, epochs: [] };
              if (loaded !== null) remember(id, { applied, openStart: epochs.at(-1)?.start ?? applied });
              return loaded;
            },
            commit: async (id, { openStart, applied }, change) =>
              (await right.commit(id, { openStart, applied }, change)) &&
              remember(id, { openStart, applied: change.applied }),
            seal: async (id, { openStart, applied }) =>
              (await right.seal(id, { openStart, applied })) && remember(id, { openStart: applied, applied }),
            reset: async (id, expected, cut) =>
              (await right.reset(id, expected, cut)) && remember(id, { openStart: cut, applied: cut }),
            probe: async (id) => remembered.get(nameOf(id)) ?? right.probe(id),
          }),
      };
    },
  },
  {
    name: 'epochs dropped before their generation is published',
    spec: ['GCTooNew'],
    inCalls: () => ({
      speedViews: (right) =>
        replacing(right, {
          sweep: async (id) => {
            await right.dropSealed(id, EVERYTHING);
            await right.sweep(id);
          },
        }),
    }),
  },
  {
    name: 'epochs dropped without the grace time',
    spec: [],
    inCalls: (role) =>
      role === 'worker'
        ? {
            speedViews: (right, world) =>
              replacing(right, {
                probe: async (id) => {
                  const published = await world.stores().batchViews.published(id.view);
                  await right.dropSealed(id, offsetAt(published?.cut ?? {}, id.partition));
                  return right.probe(id);
                },
              }),
          }
        : {
            speedViews: (right, { wait }) =>
              replacing(right, { read: async (...args) => (await wait(SLOW_MS), right.read(...args)) }),
          },
  },
  {
    name: 'clean-up takes the open epoch, too',
    spec: ['GCUnsealed'],
    inStores: {
      speedViews: (right) =>
        replacing(right, {
          sweep: async (id) => {
            const record = await right.peek(id);
            if (record === null) return;
            const open = { start: record.applied, end: null, ...NOTHING_ASIDE, rows: new Map() };
            await right.put(id, { ...record, epochs: [open] });
          },
        }),
    },
  },
  {
    name: 'a record lost by half',
    spec: [],
    inStores: {
      speedViews: (right) =>
        replacing(right, {
          put: async (id) => {
            const record = await right.peek(id);
            const epochs = record?.epochs.map((epoch) => ({ ...epoch, rows: new Map() }));
            if (record !== null && epochs !== undefined) await right.put(id, { ...record, epochs });
          },
        }),
    },
  },
];

const nameOf = ({ view, partition }: SpeedRecordId): string => `${view.name} ${partitionName(partition)}`;
