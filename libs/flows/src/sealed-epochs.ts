import {
  TwofoldError,
  mergeRows,
  offsetAt,
  partitionName,
  rowKeyOf,
  type Offset,
  type OffsetVector,
  type Partition,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { Clock, SealedStep, SpeedRecord, SpeedViewStore } from '@twofold/ports';

export type EpochPorts = {
  readonly speedViews: Pick<SpeedViewStore, 'readSealed'>;
  readonly clock: Clock;
};

const POLL_MS = 100;
/** What the epochs' rows may take in memory: some hundred thousand ordinary rows, beside what the builder needs. */
const MAX_HELD_BYTES = 256 * 1024 * 1024;
/** Of a row with its numbers, about, without its text. */
const ROW_BYTES = 300;

/**
 * What the speed layer folded between two cuts: the rows of the sealed epochs of every partition, merged. null: told to stop.
 *
 * @throws TwofoldError `conflict` where the sealed epochs do not make up exactly the offsets between the cuts, or not within
 *   `waitMs`; `answer-too-large` where their rows are more than a process should hold; `store-unavailable`
 */
export async function readEpochs(
  { speedViews, clock }: EpochPorts,
  plan: ViewPlan,
  from: OffsetVector,
  to: OffsetVector,
  waitMs: number,
  stop: AbortSignal,
): Promise<HeldRows | null> {
  const giveUpAtMs = clock.elapsed() + waitMs;
  const held = new HeldRows(plan);
  for (const span of spansBetween(plan, from, to)) {
    const read = (after: string | null): Promise<SealedStep | null> =>
      speedViews.readSealed({ view: plan.id, partition: span.partition }, span.start, span.end, after);
    for (let after: string | null = null; ;) {
      if (stop.aborted) return null;
      const step = await read(after);
      if (step === null) throw notThere(span, after);
      if (isSealed(step.record, span)) {
        for (const row of step.rows) held.add(row);
        after = step.next;
        if (after === null) break;
        continue;
      }
      if (clock.elapsed() >= giveUpAtMs) throw notSealed(span, waitMs);
      await clock.wait(POLL_MS, stop);
    }
  }
  return held;
}

/** Rows by their key, each once, within {@link MAX_HELD_BYTES}. */
export class HeldRows {
  private readonly rows = new Map<string, ViewRow>();
  private sizeBytes = 0;

  constructor(private readonly plan: ViewPlan) {}

  add(row: ViewRow): void {
    const key = rowKeyOf(row);
    this.sizeBytes += sizeOf(key, row);
    if (this.sizeBytes > MAX_HELD_BYTES) {
      throw new TwofoldError('answer-too-large', `its epochs have more rows than ${MAX_HELD_BYTES} bytes hold`);
    }
    const same = this.rows.get(key);
    this.rows.set(key, same === undefined ? row : this.merged([same, row]));
  }

  /** The row ⊕ the one held under this key, which is taken out; null where there is neither. */
  takeInto(row: ViewRow | null, key: string): ViewRow | null {
    const held = this.rows.get(key);
    if (held === undefined) return row;
    this.rows.delete(key);
    return row === null ? held : this.merged([row, held]);
  }

  /** What nobody took. */
  rest(): Iterable<ViewRow> {
    return this.rows.values();
  }

  private merged(rows: readonly [ViewRow, ViewRow]): ViewRow {
    const [first] = rows;
    return mergeRows(this.plan, rows)[0] ?? first;
  }
}

type Span = { readonly partition: Partition; readonly start: Offset; readonly end: Offset };

/** Of each partition, the offsets between the cuts; partitions that got no event between them are left out, for their epochs are empty. */
const spansBetween = ({ streams }: ViewPlan, from: OffsetVector, to: OffsetVector): readonly Span[] =>
  streams
    .flatMap((stream) => (to[stream] ?? []).map((_, partition): Partition => ({ stream, partition })))
    .map((partition) => ({ partition, start: offsetAt(from, partition), end: offsetAt(to, partition) }))
    .filter(({ start, end }) => start < end);

/**
 * Whether sealed epochs make up exactly the span. false: they may yet.
 * @throws TwofoldError `conflict` where they never will
 */
function isSealed({ epochs }: SpeedRecord, span: Span): boolean {
  const { partition, start, end } = span;
  const first = epochs[0]?.start ?? 0;
  if (first > start) {
    throw new TwofoldError(
      'conflict',
      `the speed record of ${partitionName(partition)} begins at ${first}, beyond ${start}: it was begun anew, or cleaned up`,
    );
  }
  const within = epochs.filter((epoch) => epoch.end !== null && epoch.start >= start && epoch.end <= end);
  const isContiguous = within.every((epoch, index) => epoch.end === (within[index + 1]?.start ?? end));
  if (within[0]?.start === start && isContiguous) return true;
  if ((epochs.at(-1)?.start ?? 0) < end) return false;
  throw new TwofoldError(
    'conflict',
    `the epochs of ${partitionName(partition)} do not lie between the cuts ${start} and ${end}: ${JSON.stringify(epochs)}`,
  );
}

const notThere = ({ partition }: Span, after: string | null): TwofoldError =>
  new TwofoldError(
    'conflict',
    after === null
      ? `there is no speed record of ${partitionName(partition)}`
      : `the speed record of ${partitionName(partition)} was begun anew, or cleaned up, while it was read`,
  );

const notSealed = ({ partition, end }: Span, waitMs: number): TwofoldError =>
  new TwofoldError(
    'conflict',
    `no epoch of ${partitionName(partition)} was sealed at ${end} within ${waitMs / 1000} s (does a speed-view-builder run?)`,
  );

const sizeOf = (key: string, { parts }: ViewRow): number =>
  parts.reduce<number>((size, part) => size + (typeof part === 'string' ? part.length : 0), ROW_BYTES + key.length);
