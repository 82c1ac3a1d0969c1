import {
  NOTHING_ASIDE,
  addAside,
  asideOf,
  offsetAt,
  sumAside,
  type Judgement,
  type LogRecord,
  type Offset,
  type Partition,
  type RecordDecoder,
  type SetAside,
  type ViewId,
  type ViewPlan,
} from '@twofold/core';
import type {
  BatchViewStore,
  Boundaries,
  Boundary,
  Clock,
  RecordPair,
  SpeedRecord,
  SpeedRecordId,
  SpeedViewStore,
} from '@twofold/ports';
import type { FoldReport } from './fold-report.js';
import { rowFolds, type RowFold } from './row-fold.js';

export type SpeedViewPorts = {
  readonly speedViews: SpeedViewStore;
  readonly boundaries: Boundaries;
  readonly batchViews: Pick<BatchViewStore, 'published' | 'history' | 'readKeys'>;
  readonly clock: Clock;
  readonly report: FoldReport;
  /** Counts up whenever there may be a new cut or generation: then it is looked at without waiting for the next poll. */
  readonly news: () => number;
};

/** How often a worker asks for new boundaries, and compares its memory with the record, when it hears nothing. */
const LOOK_EVERY_MS = 1_000;
/** A view that cannot be folded (an overflow) is tried again this much later: a redeployed fix or a resolved event may help. */
const HALT_MS = 10_000;
/** How often epochs that a generation has taken over are cleaned up. */
const CLEAN_UP_EVERY_MS = 5_000;
/** How long readers may still need epochs that the published generation has taken over: many times the longest answer. */
const GRACE_MS = 30_000;
/** Generations looked at to find one that is old enough: more than are published within the grace time. */
const HISTORY = 50;

/** What a worker has in memory of one record: the open epoch's rows, folded up to `foldedTo`; the record as it last wrote it. */
type Memory = {
  readonly fold: RowFold;
  pair: RecordPair;
  foldedTo: Offset;
  appliedAtMs: number | null;
  aside: SetAside;
  boundaries: readonly Boundary[];
  /** The first known boundary that the open epoch must not grow past. */
  limit: Offset;
};

/**
 * One view on one partition, in the hands of a worker (docs/architecture.md, rules 1–5 and 7). Its memory holds exactly the rows of
 * [openStart, foldedTo); whenever a write finds the record elsewhere than remembered, the memory is dropped and loaded anew.
 */
export class HeldSpeedView {
  private memory: Memory | null = null;
  private committing: Promise<boolean> | null = null;
  private lookedAtMs = -Infinity;
  private heard = -1;
  private cleanedUpAtMs = -Infinity;
  private haltedUntilMs = -Infinity;
  private readonly newFold: (openStart: Offset) => RowFold;
  /** Of the plan's sources. */
  private readonly types: readonly string[];

  constructor(
    private readonly ports: SpeedViewPorts,
    private readonly plan: ViewPlan,
    private readonly partition: Partition,
    /** Gives the event of a record. @throws TwofoldError `unknown-event-version`: of a version that the view cannot read */
    private readonly decode: (record: LogRecord) => RecordDecoder,
  ) {
    this.newFold = rowFolds(ports, plan, partition);
    this.types = plan.sources.map(({ event }) => event.type);
  }

  get id(): ViewId {
    return this.plan.id;
  }

  private get recordId(): SpeedRecordId {
    return { view: this.id, partition: this.partition };
  }

  get isFolding(): boolean {
    return this.memory !== null;
  }

  /** The offset whose record it needs next. */
  get foldedTo(): Offset {
    return this.memory?.foldedTo ?? 0;
  }

  /** Does whatever is due before folding goes on: load or repair, hear of cuts, propose, seal, compare, clean up. */
  async attend(): Promise<void> {
    const nowMs = this.ports.clock.elapsed();
    if (nowMs < this.haltedUntilMs) return;
    if (this.memory === null) await this.loadOrRepair();
    const heard = this.ports.news();
    if (heard !== this.heard || nowMs - this.lookedAtMs >= LOOK_EVERY_MS) {
      await this.look();
      this.heard = heard;
      this.lookedAtMs = nowMs;
    }
    await this.sealAtBoundary();
    if (nowMs - this.cleanedUpAtMs >= CLEAN_UP_EVERY_MS) {
      await this.cleanUp();
      this.cleanedUpAtMs = nowMs;
    }
  }

  takes(offset: Offset): boolean {
    return this.memory !== null && offset >= this.memory.foldedTo && offset < this.memory.limit;
  }

  /** Those that it releases follow ({@link foldReleased}). */
  fold(record: LogRecord, judgement: Judgement): void {
    const memory = this.memory;
    if (memory === null) return;
    memory.foldedTo = record.offset + 1;
    memory.appliedAtMs = record.appendedAtMs;
    const isPlain = judgement.verdict.kind === 'event' && judgement.closed === null;
    if (!isPlain) memory.aside = addAside(memory.aside, asideOf(judgement));
    if (judgement.verdict.kind === 'event') this.apply(memory, record);
  }

  /** An event that waited until the record that was folded last. */
  foldReleased(record: LogRecord): void {
    if (this.memory !== null) this.apply(this.memory, record);
  }

  private apply(memory: Memory, record: LogRecord): void {
    try {
      const decoded = this.decode(record);
      if (decoded.event === null) return;
      const source = this.types.indexOf(decoded.event.type);
      if (source === -1) return;
      memory.fold.take(source, decoded, record);
    } catch (error) {
      this.halt(record.offset, error);
    }
  }

  /** Every record below `offset` was offered: nothing else stands there. */
  passTo(offset: Offset): void {
    const memory = this.memory;
    if (memory !== null && offset > memory.foldedTo) memory.foldedTo = Math.min(offset, memory.limit);
  }

  /**
   * Sends what was folded, as one atomic write on the pair that this worker knows. The write of the batch before is
   * awaited first, so one is under way while the next batch is folded. Killed before, during or after it: the record is
   * the fold of a prefix.
   */
  async commit(): Promise<void> {
    await this.finishFold();
    await this.settle();
    const memory = this.memory;
    if (memory === null || memory.foldedTo === memory.pair.applied) return;
    const expected = memory.pair;
    memory.pair = { applied: memory.foldedTo, openStart: expected.openStart };
    const { appliedAtMs, aside } = memory;
    const change = { applied: memory.foldedTo, appliedAtMs, ...aside, rows: memory.fold.takeChanged() };
    this.committing = this.ports.speedViews.commit(this.recordId, expected, change).catch((error: unknown) => {
      this.ports.report.trouble(this.partition, error);
      return false;
    });
  }

  /** What was taken in of the batch is folded, or the memory is dropped. */
  private async finishFold(): Promise<void> {
    const outcome = (await this.memory?.fold.finish()) ?? null;
    if (outcome === 'moved') this.discard();
    else if (outcome !== null) this.halt(outcome.offset, outcome.error);
  }

  /** Waits for the write under way; where it did not happen, or nobody knows, the memory is dropped. */
  async settle(): Promise<void> {
    const happened = await this.committing;
    this.committing = null;
    if (happened === false) this.discard();
  }

  discard(): void {
    this.memory = null;
    this.committing = null;
  }

  /**
   * It is folded here no more. Where the version is being removed, so is what a write of this worker may have begun anew after
   * its record was removed. Killed before: an empty record is left, which whoever folds that version next takes for its own.
   */
  async leave(): Promise<void> {
    await this.settle();
    this.discard();
    if ((await this.ports.batchViews.published(this.id)) !== null) return;
    await this.ports.speedViews.remove(this.recordId);
    await this.ports.speedViews.sweep(this.recordId);
  }

  /** Rule 2: the record first, then pointer and boundaries. Rule 5: what is missing or broken begins anew at the published cut. */
  private async loadOrRepair(): Promise<void> {
    const loaded = await this.ports.speedViews.load(this.recordId);
    const generation = await this.ports.batchViews.published(this.id);
    if (generation === null) return; // it is being removed: soon it is not among the views that live
    const cut = offsetAt(generation.cut, this.partition);
    if (this.plan.projection !== null && generation.number === 0 && cut > 0) return this.wait();

    const pair = loaded === null ? null : pairOf(loaded.record);
    const boundaries = await this.boundariesAbove(Math.min(cut, pair?.openStart ?? cut));
    if (loaded === null || pair === null || isBroken(loaded.record, boundaries, cut)) {
      if (!(await this.ports.speedViews.reset(this.recordId, pair, cut))) return;
      this.ports.report.repaired(this.recordId, pair, cut);
      this.memory = this.remember({ applied: cut, openStart: cut }, null, NOTHING_ASIDE, boundaries);
      return;
    }
    const { appliedAtMs, epochs } = loaded.record;
    this.memory = this.remember(pair, appliedAtMs, sumAside(epochs.slice(-1)), boundaries);
    this.memory.fold.restore(loaded.openRows);
  }

  private remember(
    pair: RecordPair,
    appliedAtMs: number | null,
    aside: SetAside,
    boundaries: readonly Boundary[],
  ): Memory {
    const limit = limitOf(boundaries, pair);
    return { fold: this.newFold(pair.openStart), pair, foldedTo: pair.applied, appliedAtMs, aside, boundaries, limit };
  }

  /** Those at or below the start of the open epoch have done their work. */
  private boundariesAbove(offset: Offset): Promise<readonly Boundary[]> {
    return this.ports.boundaries.ofPartition(this.id, this.partition, offset);
  }

  /** Rules 2 and 3: new boundaries, the cut that is asked for, and whether the record still is as remembered. */
  private async look(): Promise<void> {
    await this.settle();
    const memory = this.memory;
    if (memory === null) return;
    const stands = await this.ports.speedViews.probe(this.recordId);
    if (stands?.applied !== memory.pair.applied || stands.openStart !== memory.pair.openStart) return this.discard();

    const requested = await this.ports.boundaries.requestedCut(this.id);
    memory.boundaries = await this.boundariesAbove(memory.pair.openStart);
    if (requested !== null && !memory.boundaries.some(({ cut }) => cut === requested)) {
      const offset = await this.ports.boundaries.propose(this.id, requested, this.partition, memory.pair.applied);
      if (offset !== null) memory.boundaries = [...memory.boundaries, { cut: requested, offset }];
    }
    memory.limit = limitOf(memory.boundaries, memory.pair);
    if (boundaryInside(memory.boundaries, memory.pair)) this.discard();
  }

  /** Rule 4: at a boundary it seals, then goes on. */
  private async sealAtBoundary(): Promise<void> {
    const mustSeal = (memory: Memory): boolean =>
      memory.foldedTo > memory.pair.openStart && memory.boundaries.some(({ offset }) => offset === memory.foldedTo);
    if (this.memory === null || !mustSeal(this.memory)) return;
    await this.commit();
    await this.settle();
    const memory = this.memory as Memory | null;
    if (memory === null || !mustSeal(memory)) return;
    const { applied } = memory.pair;
    if (!(await this.ports.speedViews.seal(this.recordId, memory.pair))) return this.discard();
    this.memory = this.remember({ applied, openStart: applied }, memory.appliedAtMs, NOTHING_ASIDE, memory.boundaries);
  }

  /** Rule 7: epochs that a generation took over long enough ago. */
  private async cleanUp(): Promise<void> {
    const generations = await this.ports.batchViews.history(this.id, HISTORY);
    const nowMs = this.ports.clock.now();
    const old = generations.find(({ publishedAtMs }) => publishedAtMs !== null && publishedAtMs <= nowMs - GRACE_MS);
    if (old !== undefined) await this.ports.speedViews.dropSealed(this.recordId, offsetAt(old.cut, this.partition));
    await this.ports.speedViews.sweep(this.recordId);
  }

  /** It was founded beyond the start of the log: until its first generation is published, there are no states to go on from. */
  private wait(): void {
    this.haltedUntilMs = this.ports.clock.elapsed() + LOOK_EVERY_MS;
  }

  private halt(offset: Offset, error: unknown): void {
    this.ports.report.halted(this.recordId, offset, error);
    this.haltedUntilMs = this.ports.clock.elapsed() + HALT_MS;
    this.discard();
  }
}

const pairOf = ({ applied, epochs }: SpeedRecord): RecordPair => ({
  applied,
  openStart: epochs.at(-1)?.start ?? applied,
});

/** The first boundary at which the open epoch must end; Infinity where none is known. */
const limitOf = (boundaries: readonly Boundary[], { applied, openStart }: RecordPair): Offset =>
  Math.min(
    Infinity,
    ...boundaries.map(({ offset }) => offset).filter((offset) => offset > openStart && offset >= applied),
  );

const boundaryInside = (boundaries: readonly Boundary[], { applied, openStart }: RecordPair): boolean =>
  boundaries.some(({ offset }) => openStart < offset && offset < applied);

/** Rule 5; besides, a record that begins above the published cut or ends below it can serve no reader: it begins anew there. */
const isBroken = (record: SpeedRecord, boundaries: readonly Boundary[], cut: Offset): boolean =>
  boundaryInside(boundaries, pairOf(record)) || (record.epochs[0]?.start ?? 0) > cut || record.applied < cut;
