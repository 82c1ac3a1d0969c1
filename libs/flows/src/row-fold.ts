import {
  ProjectionFold,
  compileFold,
  type FailedEvent,
  type LogRecord,
  type Offset,
  type Partition,
  type RecordDecoder,
  type ViewFold,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import { statesBefore, type StatesBeforePorts } from './states-before.js';

/** The rows of an open epoch, being folded. */
export interface RowFold {
  /** Takes an event of the plan's source in. @throws TwofoldError `overflow` */
  take(source: number, decoded: RecordDecoder, record: LogRecord): void;
  /**
   * Folds what was taken in and is not folded yet. null: done; an event that fails; 'moved': what it needs is not to be had any
   * more. But for null the rows are of no use.
   */
  finish(): Promise<FailedEvent | 'moved' | null>;
  /** Takes rows of the epoch in that were folded before. */
  restore(rows: readonly ViewRow[]): void;
  /** The rows changed since the last call, as they are now. */
  takeChanged(): readonly ViewRow[];
}

/** Each call of the result begins an empty fold of an epoch of a partition. */
export function rowFolds(
  ports: StatesBeforePorts,
  plan: ViewPlan,
  partition: Partition,
): (openStart: Offset) => RowFold {
  if (plan.projection !== null) return (openStart) => new ProjectedRows(ports, plan, partition, openStart);
  const newFold = compileFold(plan);
  return () => new ViewRows(newFold(partition));
}

/** Each event is folded when it is taken in. */
class ViewRows implements RowFold {
  constructor(private readonly fold: ViewFold) {}

  take(source: number, decoded: RecordDecoder, { offset }: LogRecord): void {
    this.fold.apply(source, decoded.current().values, decoded.timeMs, offset);
  }

  finish(): Promise<null> {
    return Promise.resolve(null);
  }

  restore(rows: readonly ViewRow[]): void {
    this.fold.restore(rows);
  }

  takeChanged(): readonly ViewRow[] {
    return this.fold.takeChanged();
  }
}

/** Events wait until the states are known that their subjects had before: one look-up for all of them. */
class ProjectedRows implements RowFold {
  private readonly fold: ProjectionFold;

  constructor(
    private readonly ports: StatesBeforePorts,
    private readonly plan: ViewPlan,
    private readonly partition: Partition,
    private readonly openStart: Offset,
  ) {
    this.fold = new ProjectionFold(plan);
  }

  take(source: number, decoded: RecordDecoder, record: LogRecord): void {
    this.fold.take(source, decoded.current().values, decoded.timeMs, record.offset, record.key());
  }

  async finish(): Promise<FailedEvent | 'moved' | null> {
    const { ports, plan, partition, openStart, fold } = this;
    const unknown = fold.unknownSubjects();
    const before = unknown.length === 0 ? NONE : await statesBefore(ports, plan, partition, openStart, unknown);
    return before === null ? 'moved' : fold.evolve(before);
  }

  restore(rows: readonly ViewRow[]): void {
    this.fold.restore(rows);
  }

  takeChanged(): readonly ViewRow[] {
    return this.fold.takeChanged();
  }
}

const NONE: ReadonlyMap<string, string> = new Map();
