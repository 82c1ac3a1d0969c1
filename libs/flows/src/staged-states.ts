import { rowKeyOf, type ViewPlan, type ViewRow } from '@twofold/core';
import type { BuildStage, RowsBefore } from '@twofold/ports';

/** What the rows of a partition that were staged last may take in memory, about. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** Of a row, about, without its text. */
const ROW_BYTES = 300;

/**
 * The rows of a projection as they are where the next step of a partition begins: those staged last from memory, the others from the
 * stage. One for each partition, whose steps come one after the other.
 */
export class StagedStates {
  /** By key, the one touched last at the end. */
  private readonly held = new Map<string, ViewRow>();
  private sizeBytes = 0;
  /** Whether it holds every row of the partition: then one that it does not have is nowhere. */
  private isWhole: boolean;

  constructor(
    private readonly stage: Pick<BuildStage, 'readKeys'>,
    private readonly plan: ViewPlan,
    private readonly build: string,
    /** Whether nothing of the partition is staged yet. */
    isAtStart: boolean,
  ) {
    this.isWhole = isAtStart;
  }

  readonly before: RowsBefore = async (keys) => {
    const found = keys.flatMap((key) => this.held.get(rowKeyOf(key)) ?? []);
    if (this.isWhole) return found;
    const others = keys.filter((key) => !this.held.has(rowKeyOf(key)));
    return others.length === 0 ? found : [...found, ...(await this.stage.readKeys(this.plan, this.build, others))];
  };

  /** The rows of a step, on their way to the stage. Where the step is not added, everything is forgotten. */
  async *remember(rows: AsyncIterable<readonly ViewRow[]>): AsyncGenerator<readonly ViewRow[]> {
    for await (const some of rows) {
      for (const row of some) this.hold(row);
      yield some;
    }
  }

  forget(): void {
    this.held.clear();
    this.sizeBytes = 0;
    this.isWhole = false;
  }

  private hold(row: ViewRow): void {
    const key = rowKeyOf(row);
    const last = this.held.get(key);
    if (last !== undefined) this.sizeBytes -= sizeOf(key, last);
    this.held.delete(key);
    this.held.set(key, row);
    this.sizeBytes += sizeOf(key, row);
    for (const [oldest, other] of this.held) {
      if (this.sizeBytes <= MAX_HELD_BYTES) return;
      this.held.delete(oldest);
      this.sizeBytes -= sizeOf(oldest, other);
      this.isWhole = false;
    }
  }
}

const sizeOf = (key: string, { parts }: ViewRow): number => ROW_BYTES + key.length + String(parts[0]).length;
