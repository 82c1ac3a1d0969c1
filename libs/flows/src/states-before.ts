import { mergeRows, offsetAt, type Offset, type Partition, type ViewPlan, type ViewRow } from '@twofold/core';
import type { BatchViewStore, Generation, SpeedRecord, SpeedViewStore } from '@twofold/ports';
import { generationBefore } from './generation-before.js';

export type StatesBeforePorts = {
  readonly speedViews: Pick<SpeedViewStore, 'readSealedKeys'>;
  readonly batchViews: Pick<BatchViewStore, 'published' | 'history' | 'readKeys'>;
};

/** Keys of one look-up, as the ports have it. */
const KEYS_AT_ONCE = 10_000;

/**
 * The states of subjects of a projection as of the start of an open epoch (docs/architecture.md, rule 12): those of a generation
 * whose cut is at or below it, and of the sealed epochs from exactly that cut to exactly that start. Of no more: a state that has an
 * event of the epoch in it would have it twice.
 *
 * null: they are not to be had so. Then the record is not as the worker remembers it, or it has to be sealed first: the worker drops
 * its memory and loads again.
 */
export async function statesBefore(
  ports: StatesBeforePorts,
  plan: ViewPlan,
  partition: Partition,
  openStart: Offset,
  subjects: readonly string[],
): Promise<ReadonlyMap<string, string> | null> {
  const generation = await generationBelow(ports.batchViews, plan, partition, openStart);
  if (generation === null) return null;
  const states = new Map<string, string>();
  for (let start = 0; start < subjects.length; start += KEYS_AT_ONCE) {
    const keys = subjects.slice(start, start + KEYS_AT_ONCE).map((subject) => ({ dimensions: [subject], window: 0 }));
    const sealed = await sealedRows(
      ports.speedViews,
      plan,
      partition,
      offsetAt(generation.cut, partition),
      openStart,
      keys,
    );
    const built = sealed === null ? null : await ports.batchViews.readKeys(plan, generation.number, keys);
    if (sealed === null || built === null) return null;
    for (const { dimensions, parts } of mergeRows(plan, [...built, ...sealed]))
      states.set(String(dimensions[0]), String(parts[0]));
  }
  return states;
}

/** The published generation; where the record has not sealed at its cut yet, the one before. */
async function generationBelow(
  batchViews: StatesBeforePorts['batchViews'],
  { id }: ViewPlan,
  partition: Partition,
  offset: Offset,
): Promise<Generation | null> {
  const published = await batchViews.published(id);
  if (published === null || offsetAt(published.cut, partition) <= offset) return published;
  const before = await generationBefore(batchViews, published);
  return before !== null && offsetAt(before.cut, partition) <= offset ? before : null;
}

/** null: there are no sealed epochs that make up exactly these offsets. */
async function sealedRows(
  speedViews: StatesBeforePorts['speedViews'],
  { id }: ViewPlan,
  partition: Partition,
  from: Offset,
  to: Offset,
  keys: readonly Pick<ViewRow, 'dimensions' | 'window'>[],
): Promise<readonly ViewRow[] | null> {
  if (from === to) return [];
  const read = await speedViews.readSealedKeys({ view: id, partition }, from, to, keys);
  return read !== null && isMadeUp(read.record, from, to) ? read.rows : null;
}

function isMadeUp({ epochs }: SpeedRecord, from: Offset, to: Offset): boolean {
  const within = epochs.filter(({ start, end }) => end !== null && start >= from && end <= to);
  return within[0]?.start === from && within.every(({ end }, index) => end === (within[index + 1]?.start ?? to));
}
