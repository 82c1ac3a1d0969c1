import type { ViewId, ViewRow } from '@twofold/core';
import { InMemoryBatchViewStore } from '@twofold/in-memory';
import { replacing, type Mistake, type MistakenWorld } from '../mistake.js';
import type { OpenBatchViews } from '../stores.js';

const LOADING_MS = 300;
const LATE_MS = 4_000;
const BEYOND = Number.MAX_SAFE_INTEGER;
/** More generations than a run makes. */
const ALL = 1_000;

/** Rule 6: how generations come to be, and the pointer; and the archive that they are made of. */
export const GENERATION_MISTAKES: readonly Mistake[] = [
  {
    name: 'the pointer is swapped before the rows are loaded',
    spec: ['PublishEarly'],
    inStores: {
      batchViews: (right, { wait }) => registeringFirst(right, wait, (id, number) => right.publish(id, number)),
    },
  },
  {
    name: 'a generation is registered before it is complete',
    spec: [],
    inStores: { batchViews: (right, { wait }) => registeringFirst(right, wait, async () => true) },
  },
  {
    name: 'the pointer is swapped without the compare',
    spec: ['BlindSwap: liveness', 'Rollback', 'Rollback: answers'],
    inStores: { batchViews: (right) => swappingBlindly(right) },
    inCalls: () => ({
      batchViews: (right, { wait }) =>
        replacing(right, { publish: async (...args) => (await wait(LATE_MS), right.publish(...args)) }),
    }),
  },
  {
    name: 'the engine takes what the files hold beyond the cut',
    spec: [],
    inStores: {
      masterDataset: (right) =>
        replacing(right, {
          eventsBelow: (cut, type) =>
            right.eventsBelow(
              Object.fromEntries(Object.entries(cut).map(([stream, offsets]) => [stream, offsets.map(() => BEYOND)])),
              type,
            ),
        }),
    },
  },
  {
    name: 'a generation is computed before the archive has reached the cut',
    spec: [],
    inCalls: (role) =>
      role === 'builder' ? { masterDataset: (right) => replacing(right, { archivedTo: async () => BEYOND }) } : {},
  },
  {
    name: 'a range is archived twice',
    spec: [],
    inStores: {
      masterDataset: (right) => {
        const twice: Parameters<typeof right.append>[] = [];
        return replacing(right, {
          append: async (...range) => {
            if (!(await right.append(...range))) twice.push(range);
            return true;
          },
          eventsBelow: (cut, type) => [
            ...right.eventsBelow(cut, type),
            ...twice.flatMap(([partition, , , events]) =>
              events
                .filter((event) => type === (event.verdict.kind === 'dead' ? null : event.type))
                .filter(({ offset }) => offset < (cut[partition.stream]?.[partition.partition] ?? 0))
                .map((event) => ({ ...event, ...partition })),
            ),
          ],
        });
      },
    },
  },
  {
    name: 'a range is live before its records are written',
    spec: [],
    inStores: {
      masterDataset: (right, { wait }) => {
        const unwritten = new Set<string>();
        return replacing(right, {
          append: async (partition, from, to, events, types, waiting) => {
            const isLive = await right.append(partition, from, to, events, types, waiting);
            const names = isLive ? events.map(({ offset }) => `${partition.partition} ${offset}`) : [];
            for (const name of names) unwritten.add(name);
            void wait(LOADING_MS).then(() => names.forEach((name) => unwritten.delete(name)));
            return isLive;
          },
          eventsBelow: (cut, type) =>
            right.eventsBelow(cut, type).filter(({ partition, offset }) => !unwritten.has(`${partition} ${offset}`)),
        });
      },
    },
  },
];

/** Registers a generation at once; its rows come later, if its builder lives. */
function registeringFirst(
  right: OpenBatchViews,
  wait: MistakenWorld['wait'],
  andThen: (view: ViewId, number: number) => Promise<boolean>,
): OpenBatchViews {
  const late = new InMemoryBatchViewStore();
  const unlessDropped = async <T>(of: T | null, rows: Promise<readonly ViewRow[] | null>) =>
    of === null ? null : ((await rows) ?? []);
  return replacing(right, {
    register: async (plan, counts) => {
      await late.register(plan, counts);
      await right.register(plan, counts);
    },
    load: async (plan, number, cut, rows, summary) => {
      const isKnown = (await right.history(plan.id, ALL)).some((generation) => generation.number === number);
      const generation = await right.load(plan, number, cut, none(), summary);
      if (isKnown) return generation;
      await andThen(plan.id, number);
      await wait(LOADING_MS);
      await late.load(plan, number, cut, rows, summary);
      return generation;
    },
    read: async (plan, number, read) =>
      unlessDropped(await right.read(plan, number, read), late.read(plan, number, read)),
    scan: (plan, number) => late.scan(plan, number),
    readKeys: async (plan, number, keys) =>
      unlessDropped(await right.readKeys(plan, number, keys), late.readKeys(plan, number, keys)),
  });
}

async function* none(): AsyncGenerator<readonly ViewRow[]> {}

/** Moves the pointer to what is named, wherever it stands. */
function swappingBlindly(right: OpenBatchViews): OpenBatchViews {
  const pointers = new Map<string, number>();
  return replacing(right, {
    publish: async (id, number) => {
      await right.publish(id, number);
      const isThere = (await right.history(id, ALL)).some((generation) => generation.number === number);
      if (isThere) pointers.set(id.name, number);
      return isThere;
    },
    published: async (id) => {
      const number = pointers.get(id.name);
      const found = (await right.history(id, ALL)).find((generation) => generation.number === number);
      return found ?? right.published(id);
    },
  });
}
