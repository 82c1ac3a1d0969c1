import {
  TwofoldError,
  mergeRows,
  offsetAt,
  partitionName,
  rowKeyOf,
  type OffsetVector,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { BuildStage, StagedPartition, StagedStep } from '@twofold/ports';

type Stage = { readonly partitions: StagedPartition[]; readonly rows: ViewRow[] };

/** The meaning of a build stage, in maps. */
export class InMemoryBuildStage implements BuildStage {
  private readonly stages = new Map<string, Stage>();

  async open(
    _plan: ViewPlan,
    build: string,
    from: OffsetVector,
    to: OffsetVector,
  ): Promise<readonly StagedPartition[]> {
    const begun = partitionsOf(from, to);
    const { partitions } = this.stages.get(build) ?? { partitions: begun };
    if (rangeOf(partitions) !== rangeOf(begun))
      throw new TwofoldError('conflict', `build ${build} is under way over another range: ${rangeOf(partitions)}`);
    if (!this.stages.has(build)) this.stages.set(build, { partitions: begun, rows: [] });
    return [...partitions];
  }

  async add(
    _plan: ViewPlan,
    build: string,
    { stream, partition, from, to, busyMs }: StagedStep,
    rows: AsyncIterable<readonly ViewRow[]>,
  ): Promise<boolean> {
    const find = (): { readonly stage: Stage; readonly at: number } | null => {
      const stage = this.stages.get(build);
      const at = stage?.partitions.findIndex(
        (staged) => partitionName(staged) === partitionName({ stream, partition }),
      );
      return stage === undefined || at === undefined || stage.partitions[at]?.done !== from ? null : { stage, at };
    };
    if (find() === null) return false;
    const added: ViewRow[] = [];
    for await (const some of rows) added.push(...some);
    const found = find();
    const staged = found?.stage.partitions[found.at];
    if (found === null || staged === undefined) return false;
    found.stage.rows.push(...added);
    found.stage.partitions[found.at] = { ...staged, done: to, busyMs: staged.busyMs + busyMs() };
    return true;
  }

  async readKeys(
    plan: ViewPlan,
    build: string,
    keys: readonly Pick<ViewRow, 'dimensions' | 'window'>[],
  ): Promise<readonly ViewRow[]> {
    const wanted = new Set(keys.map(rowKeyOf));
    const rows = this.stages.get(build)?.rows ?? [];
    return mergeRows(
      plan,
      rows.filter((row) => wanted.has(rowKeyOf(row))),
    );
  }

  async progress(build: string): Promise<readonly StagedPartition[] | null> {
    const stage = this.stages.get(build);
    return stage === undefined ? null : [...stage.partitions];
  }

  async drop(build: string): Promise<void> {
    this.stages.delete(build);
  }

  async builds(): Promise<readonly string[]> {
    return [...this.stages.keys()];
  }

  /** All rows of a build that is done. @throws TwofoldError `conflict` where it has no stage, or is not done */
  rowsOf(build: string): readonly ViewRow[] {
    const stage = this.stages.get(build);
    if (stage?.partitions.every(({ done, to }) => done === to) === true) return stage.rows;
    throw new TwofoldError('conflict', `build ${build} ${stage === undefined ? 'has no stage' : 'is not done'}`);
  }
}

const partitionsOf = (from: OffsetVector, to: OffsetVector): StagedPartition[] =>
  Object.entries(to)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([stream, offsets]) =>
      offsets.map((end, partition) => {
        const start = offsetAt(from, { stream, partition });
        return { stream, partition, from: start, done: start, to: end, busyMs: 0 };
      }),
    );

const rangeOf = (partitions: readonly StagedPartition[]): string =>
  partitions.map((staged) => `${partitionName(staged)} [${staged.from}, ${staged.to})`).join(' ');
