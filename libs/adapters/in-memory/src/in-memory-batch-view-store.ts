import {
  TwofoldError,
  impossible,
  meets,
  mergeRows,
  partitionsChanged,
  rollUpRows,
  rowKeyOf,
  rowsInOrder,
  startOf,
  NOTHING_ASIDE,
  type EventType,
  type StreamDefinition,
  type OffsetVector,
  type RollUp,
  type RowSelection,
  type ViewId,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { BatchViewStore, BuildSummary, Generation, MergedRows, RowsRead, ViewVersionState } from '@twofold/ports';
import { InMemoryBuildStage } from './in-memory-build-stage.js';

type StoredGeneration = {
  generation: Generation;
  /** By key; null once dropped. */
  rows: ReadonlyMap<string, ViewRow> | null;
  supersededAtMs: number | null;
};

/** A version as it stands. */
export type StoredView = {
  readonly id: ViewId;
  readonly definition: ViewPlan['definition'];
  readonly events: readonly EventType[];
  readonly partitionCounts: Readonly<Record<string, number>>;
  readonly generations: Map<number, StoredGeneration>;
  published: number;
  state: ViewVersionState;
  founding: OffsetVector | null;
  keptUntilMs: number | null;
};

const MAX_KEYS = 10_000;
/** Rows that a scan gives at once. */
const CHUNK = 1_000;

/** The meaning of a batch view store, in maps. Gone with the process. Rows of builds are those of the stage. */
export class InMemoryBatchViewStore implements BatchViewStore {
  private readonly views = new Map<string, StoredView>();
  private readonly partitionCounts = new Map<string, number>();

  private readonly fixed = new Map<string, StreamDefinition>();

  constructor(
    private readonly now: () => number = Date.now,
    private readonly stage: Pick<InMemoryBuildStage, 'rowsOf'> = new InMemoryBuildStage(),
  ) {}

  /** In order of registration; of one name, where it is given. For who changes what becomes of versions. */
  versions(name?: string): readonly StoredView[] {
    return [...this.views.values()].filter(({ id }) => name === undefined || id.name === name);
  }

  /** Whether cuts are asked for and generations are loaded: neither a candidate, nor being removed. */
  isFolded(id: ViewId): boolean {
    const { state } = this.view(id) ?? { state: 'candidate' };
    return state !== 'candidate' && state !== 'removing';
  }

  async register(plan: ViewPlan, partitionCounts: Readonly<Record<string, number>>): Promise<void> {
    for (const [stream, count] of Object.entries(partitionCounts)) {
      const before = this.partitionCounts.get(stream) ?? count;
      if (before !== count) throw partitionsChanged(stream, before, count);
    }
    for (const [stream, count] of Object.entries(partitionCounts)) this.partitionCounts.set(stream, count);
    if (this.view(plan.id) !== undefined) return;
    const isServed = this.versions(plan.id.name).some(({ state }) => state === 'serving');
    this.views.set(nameOf(plan.id), {
      ...{ id: plan.id, definition: plan.definition, events: plan.sources.flatMap(({ versions }) => versions) },
      ...{ partitionCounts, generations: new Map(), published: 0 },
      ...{ state: isServed ? 'candidate' : 'serving', founding: null, keptUntilMs: null },
    });
  }

  /** A version that was being removed is as if it had just been registered. */
  forget(id: ViewId): void {
    const view = this.view(id);
    if (view === undefined) return;
    const asNew = { generations: new Map(), published: 0, founding: null, keptUntilMs: null };
    this.views.set(nameOf(id), { ...view, ...asNew, state: 'candidate' });
  }

  async fixStream(stream: StreamDefinition): Promise<void> {
    const { duplicates, deadLetters } = this.fixed.get(stream.name) ?? stream;
    const { withinMs, withinRecords } = stream.duplicates;
    if (duplicates.withinMs !== withinMs || duplicates.withinRecords !== withinRecords)
      throw new TwofoldError('stream-changed', `stream ${stream.name} was declared with another window of duplicates`);
    if (deadLetters !== stream.deadLetters)
      throw new TwofoldError('stream-changed', `stream ${stream.name} was declared with deadLetters: '${deadLetters}'`);
    this.fixed.set(stream.name, stream);
  }

  async published(id: ViewId): Promise<Generation | null> {
    const view = this.view(id);
    if (view === undefined || !this.isFolded(id)) return null;
    return view.generations.get(view.published)?.generation ?? emptyGeneration(id, view);
  }

  async history(id: ViewId, limit: number): Promise<readonly Generation[]> {
    const stored = [...(this.view(id)?.generations.values() ?? [])];
    return stored
      .map(({ generation }) => generation)
      .sort((a, b) => b.number - a.number)
      .slice(0, limit);
  }

  async load(
    plan: ViewPlan,
    number: number,
    cut: OffsetVector,
    rows: AsyncIterable<readonly ViewRow[]>,
    summary: BuildSummary,
  ): Promise<Generation> {
    const view = this.view(plan.id) ?? impossible(`view ${plan.id.name} is not registered`);
    const standing = view.generations.get(number);
    if (standing !== undefined) return standing.generation;
    const loaded = new Map<string, ViewRow>();
    for await (const some of rows) {
      for (const row of some) {
        const key = rowKeyOf(row);
        if (loaded.has(key)) throw new TwofoldError('internal', `the batch engine gave row ${key} twice`);
        loaded.set(key, row);
      }
    }
    const first = view.generations.get(number);
    if (first !== undefined) return first.generation;
    const isAsBefore = this.view(plan.id) === view && this.isFolded(plan.id);
    if (!isAsBefore) throw new TwofoldError('conflict', `${plan.id.name} is not folded any more`);
    const generation: Generation = {
      view: plan.id,
      number,
      cut,
      rowCount: loaded.size,
      deadLetters: summary.deadLetters,
      duplicates: summary.duplicates,
      held: summary.held,
      appliedAtMs: summary.appliedAtMs,
      publishedAtMs: null,
      madeBy: summary.madeBy,
    };
    view.generations.set(number, { generation, rows: loaded, supersededAtMs: null });
    return generation;
  }

  merge(
    plan: ViewPlan,
    number: number,
    cut: OffsetVector,
    from: MergedRows,
    summary: BuildSummary,
  ): Promise<Generation> {
    return this.load(plan, number, cut, this.mergedRows(plan, from), summary);
  }

  async publish(id: ViewId, number: number): Promise<boolean> {
    const view = this.view(id);
    const next = view?.generations.get(number);
    if (view === undefined || next === undefined || view.published !== number - 1 || !this.isFolded(id)) return false;
    const last = view.generations.get(view.published);
    if (last !== undefined) last.supersededAtMs = this.now();
    next.generation = { ...next.generation, publishedAtMs: this.now() };
    view.published = number;
    return true;
  }

  async dropSuperseded(id: ViewId, graceMs: number, keep: readonly number[]): Promise<number> {
    const view = this.view(id);
    if (view === undefined) return 0;
    const dropped = [...view.generations.values()].filter(
      ({ generation, rows, supersededAtMs }) =>
        rows !== null &&
        generation.number < view.published - 1 &&
        !keep.includes(generation.number) &&
        supersededAtMs !== null &&
        supersededAtMs <= this.now() - graceMs,
    );
    for (const generation of dropped) generation.rows = null;
    return dropped.length;
  }

  async read(
    plan: ViewPlan,
    generation: number,
    { selection, having, order, limit, after }: RowsRead,
  ): Promise<readonly ViewRow[] | null> {
    const rows = this.rowsOf(plan.id, generation);
    if (rows === null) return null;
    const wanted = [...rows.values()].filter((row) => isSelected(row, selection) && meets(plan, row, having));
    return rowsInOrder(plan, order, wanted, after).slice(0, limit);
  }

  async *scan(plan: ViewPlan, generation: number): AsyncGenerator<readonly ViewRow[]> {
    const rows = this.rowsStanding(plan.id, generation);
    const inOrder = rowsInOrder(plan, { by: { kind: 'window' }, descending: false }, rows.values());
    for (let start = 0; start < inOrder.length; start += CHUNK) yield inOrder.slice(start, start + CHUNK);
  }

  async rollUp(
    plan: ViewPlan,
    generation: number,
    selection: RowSelection,
    rollUp: RollUp,
    maxRows: number,
  ): Promise<readonly ViewRow[] | null> {
    const rows = this.rowsOf(plan.id, generation);
    if (rows === null) return null;
    const selected = [...rows.values()].filter((row) => isSelected(row, selection));
    const rolled = rollUpRows(plan, selected, rollUp);
    if (rolled.length <= maxRows) return rolled;
    throw new TwofoldError('answer-too-large', `the answer has more than ${maxRows} rows`);
  }

  async readKeys(
    plan: ViewPlan,
    generation: number,
    keys: readonly Pick<ViewRow, 'dimensions' | 'window'>[],
  ): Promise<readonly ViewRow[] | null> {
    if (keys.length > MAX_KEYS) throw new TwofoldError('answer-too-large', `${keys.length} keys, at most ${MAX_KEYS}`);
    const rows = this.rowsOf(plan.id, generation);
    if (rows === null) return keys.length === 0 ? [] : null;
    return [...new Set(keys.map(rowKeyOf))].map((key) => rows.get(key)).filter((row) => row !== undefined);
  }

  async close(): Promise<void> {}

  private view(id: ViewId): StoredView | undefined {
    return this.views.get(nameOf(id));
  }

  private async *mergedRows(
    plan: ViewPlan,
    { generation, except, builds }: MergedRows,
  ): AsyncGenerator<readonly ViewRow[]> {
    const isLeftOut = ({ window }: ViewRow): boolean =>
      except !== null && window >= except.fromMs && window < except.toMs;
    const standing = generation === null ? [] : [...this.rowsStanding(plan.id, generation).values()];
    const staged = builds.flatMap((build) => this.stage.rowsOf(build));
    yield mergeRows(plan, [...standing.filter((row) => !isLeftOut(row)), ...staged]);
  }

  /** @throws TwofoldError `conflict` where the generation was dropped */
  private rowsStanding(id: ViewId, number: number): ReadonlyMap<string, ViewRow> {
    const rows = this.rowsOf(id, number);
    if (rows !== null) return rows;
    throw new TwofoldError('conflict', `generation ${number} of ${id.name} was dropped`);
  }

  private rowsOf(id: ViewId, number: number): ReadonlyMap<string, ViewRow> | null {
    if (number === 0) return new Map();
    return this.view(id)?.generations.get(number)?.rows ?? null;
  }
}

const nameOf = ({ name, version }: ViewId): string => `${name}/${version}`;

const emptyGeneration = (view: ViewId, { partitionCounts, founding }: StoredView): Generation => ({
  view,
  number: 0,
  cut: founding ?? startOf(partitionCounts),
  rowCount: 0,
  ...NOTHING_ASIDE,
  appliedAtMs: null,
  publishedAtMs: null,
  madeBy: null,
});

const isSelected = ({ dimensions, window }: ViewRow, { dimensions: wanted, ...range }: RowSelection): boolean =>
  dimensions.every((value, index) => wanted[index]?.includes(value) ?? true) &&
  window >= (range.fromWindow ?? -Infinity) &&
  window < (range.toWindow ?? Infinity);
