import { partitionName, type Offset, type Partition, type ViewId } from '@twofold/core';
import type { Boundaries } from '@twofold/ports';
import { replacing, type Mistake, type MistakenWorld } from '../mistake.js';

const SLOW_MS = 1_000;

/** Rules 2, 3 and 4: what is proposed, recorded, read back and heeded. */
export const BOUNDARY_MISTAKES: readonly Mistake[] = [
  {
    name: 'a boundary that may change',
    spec: ['Overwrite', 'Overwrite: boundary'],
    inStores: { boundaries: (right) => looseBoundaries(right, { overwrites: true, takesAny: false }) },
  },
  {
    name: 'a boundary below the one before',
    spec: ['ProposeAny', 'ProposeAny: liveness'],
    inStores: { boundaries: (right) => looseBoundaries(right, { overwrites: false, takesAny: true }) },
    inCalls: () => ({
      boundaries: (right, { wait }) =>
        replacing(right, { requestedCut: async (view) => (await wait(SLOW_MS), right.requestedCut(view)) }),
    }),
  },
  {
    name: 'sealed before the boundary is recorded',
    spec: ['SealFirst', 'SealFirst: liveness'],
    inCalls: () => ({
      boundaries: proposingLater,
      speedViews: (right, { wait }) =>
        replacing(right, { seal: async (...args) => (await wait(SLOW_MS), right.seal(...args)) }),
    }),
  },
  {
    name: 'sealed before the boundary is recorded, which may change',
    spec: ['SealFirst+NoReadBack+Overwrite'],
    inStores: { boundaries: (right) => looseBoundaries(right, { overwrites: true, takesAny: false }) },
    inCalls: () => ({ boundaries: proposingLater }),
  },
  {
    name: 'a proposed boundary is not read back',
    spec: [],
    inCalls: () => ({
      boundaries: (right, { wait }) =>
        replacing(right, {
          propose: async (view, cut, partition, offset) => {
            await wait(SLOW_MS);
            await right.propose(view, cut, partition, offset);
            return offset;
          },
        }),
    }),
  },
  {
    name: 'a running worker does not look for cuts',
    spec: ['NoPoll: liveness'],
    inCalls: (role) =>
      role === 'worker' ? { boundaries: (right) => replacing(right, { requestedCut: async () => null }) } : {},
  },
  {
    name: 'a worker ignores the boundaries that it knows',
    spec: ['FoldPast: answers'],
    inCalls: (role) =>
      role === 'worker'
        ? {
            boundaries: (right) =>
              replacing(right, {
                ofPartition: async () => [],
                propose: async (...args) => {
                  await right.propose(...args);
                  return null;
                },
              }),
          }
        : {},
  },
  {
    name: 'a worker whose records the log has lost waits for them',
    spec: [],
    inCalls: (role) =>
      role === 'worker'
        ? {
            log: (right, { wait }) =>
              replacing(right, {
                read: async (...args) => (await wait(SLOW_MS), right.read(...args)),
                bounds: async (stream) => {
                  const { start, end } = await right.bounds(stream);
                  return { start: start.map(() => 0), end };
                },
              }),
          }
        : {},
  },
  {
    name: 'a cut goes ahead without the boundary of every partition',
    spec: [],
    inStores: {
      boundaries: (right, world) =>
        replacing(right, {
          vectorOf: async (view, cut) => {
            const known = await Promise.all(
              world.partitions.map((partition) => right.ofPartition(view, partition, -1)),
            );
            const [stream] = world.partitions.map((partition) => partition.stream);
            const { end } = await world.stores().log.bounds(stream ?? '');
            const offsets = known.map((boundaries, partition) => boundaries[cut - 1]?.offset ?? end[partition] ?? 0);
            return known.some((boundaries) => boundaries.length >= cut) ? { [stream ?? '']: offsets } : null;
          },
        }),
    },
  },
];

/** Believes that its proposal stands. */
const proposingLater = (right: Boundaries, { wait }: MistakenWorld): Boundaries =>
  replacing(right, {
    propose: async (view, cut, partition, offset) => {
      wait(SLOW_MS)
        .then(() => right.propose(view, cut, partition, offset))
        .catch(() => undefined);
      return offset;
    },
  });

/** Boundaries that break rule 3 in the ways that are named. */
function looseBoundaries(
  right: Boundaries,
  { overwrites, takesAny }: { readonly overwrites: boolean; readonly takesAny: boolean },
): Boundaries {
  const recorded = new Map<string, Offset[]>();
  const of = (view: ViewId, partition: Partition): Offset[] => {
    const key = `${view.name} ${partitionName(partition)}`;
    const offsets = recorded.get(key) ?? [];
    recorded.set(key, offsets);
    return offsets;
  };
  return replacing(right, {
    propose: async (view, cut, partition, offset) => {
      const offsets = of(view, partition);
      const mayStand = takesAny || (offsets[cut - 2] ?? 0) <= offset;
      const isNew = offsets.length === cut - 1 || (overwrites && offsets.length === cut);
      if (isNew && mayStand) offsets[cut - 1] = offset;
      return offsets[cut - 1] ?? null;
    },
    ofPartition: async (view, partition, above) =>
      of(view, partition)
        .map((offset, index) => ({ cut: index + 1, offset }))
        .filter(({ offset }) => offset > above),
    vectorOf: async (view, cut) => {
      const start = await right.vectorOf(view, 0);
      if (start === null || cut === 0) return start;
      const vector = Object.entries(start).map(([stream, offsets]) => {
        const found = offsets.flatMap((_, partition) => of(view, { stream, partition })[cut - 1] ?? []);
        return found.length === offsets.length ? ([stream, found] as const) : null;
      });
      const whole = vector.filter((entry) => entry !== null);
      return whole.length === vector.length ? Object.fromEntries(whole) : null;
    },
  });
}
