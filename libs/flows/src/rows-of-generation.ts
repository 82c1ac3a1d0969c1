import { TwofoldError, type OffsetVector, type ViewPlan, type ViewRow, type WindowSpan } from '@twofold/core';
import { REPAIR, ROLL_FORWARD, type BatchEngine, type BatchViewStore, type BuildStage } from '@twofold/ports';
import { rollForward, type RollForwardPorts } from './roll-forward.js';
import { stageHistory } from './stage-history.js';

export type RowsPorts = RollForwardPorts & {
  readonly batchViews: Pick<BatchViewStore, 'published' | 'scan' | 'combined'>;
  readonly stage: Pick<BuildStage, 'open' | 'add' | 'progress' | 'readKeys'>;
  readonly engineOf: (plan: ViewPlan) => BatchEngine;
  /** Partitions that are computed at once, where that is done in steps. */
  readonly partitionsAtOnce: number;
};

/** Windows that were computed anew up to a cut, and staged: what a replay is about to put in the place of those that there are. */
export type Repair = {
  /** The build that they are staged under. */
  readonly build: string;
  readonly cut: OffsetVector;
  /** null: all. */
  readonly windows: WindowSpan | null;
  readonly engine: BatchEngine;
};

/**
 * How a generation comes to be: computed by a batch engine from all history; as the one before ⊕ the epochs between their cuts,
 * without reading history; or as the one before with some windows repaired. All give the same rows, unless there was something to repair.
 */
export type Way = 'recompute' | 'roll-forward' | Repair;

export type Made = { readonly rows: AsyncIterable<readonly ViewRow[]>; readonly madeBy: string };

/**
 * The rows of generation `number`, of all events below `cut`, to be loaded. What is staged on the way is left where it is: killed
 * anywhere, the next call goes on after it.
 *
 * @throws TwofoldError `conflict` when told to stop; what engines and stores do
 */
export async function rowsOfGeneration(
  ports: RowsPorts,
  plan: ViewPlan,
  way: Way,
  number: number,
  cut: OffsetVector,
  tell: (step: string) => void,
  stop: AbortSignal,
): Promise<Made> {
  if (way === 'roll-forward') {
    const rows = await rollForward(ports, plan, number, cut, tell, stop);
    return rows === null ? computed(ports, plan, number, cut, stop) : { rows, madeBy: ROLL_FORWARD };
  }
  return way === 'recompute' ? computed(ports, plan, number, cut, stop) : repaired(ports, plan, way, number, cut, stop);
}

/** Builds of the generations of a view version. */
export const buildsOf = ({ id: { name, version } }: ViewPlan): string => `${name}@${version}:`;

/** By an engine whose rows are partial, in steps. */
async function computed(
  ports: RowsPorts,
  plan: ViewPlan,
  number: number,
  cut: OffsetVector,
  stop: AbortSignal,
): Promise<Made> {
  const engine = ports.engineOf(plan);
  const range = { from: {}, to: cut, windows: null };
  if (engine.givesEachRowOnce) return { rows: engine.compute(plan, range, stop), madeBy: engine.name };
  const build = `${buildsOf(plan)}${number}`;
  await staged(ports, engine, plan, build, range, stop);
  return {
    rows: ports.batchViews.combined(plan, { generation: null, except: null, builds: [build] }),
    madeBy: engine.name,
  };
}

/** The generation before without the windows, those as they were computed anew, and what has come since. */
async function repaired(
  ports: RowsPorts,
  plan: ViewPlan,
  { build, cut: repairedTo, windows, engine }: Repair,
  number: number,
  cut: OffsetVector,
  stop: AbortSignal,
): Promise<Made> {
  const before = await ports.batchViews.published(plan.id);
  if (before === null || before.number !== number - 1)
    throw new TwofoldError('conflict', `generation ${number - 1} of ${plan.id.name} is not the published one`);
  const [since, rest] = [`${build}:since:${number}`, `${build}:rest:${number}`];
  await staged(ports, engine, plan, since, { from: repairedTo, to: before.cut, windows }, stop);
  await staged(ports, engine, plan, rest, { from: before.cut, to: cut, windows: null }, stop);
  const generation = windows === null ? null : before.number;
  return {
    rows: ports.batchViews.combined(plan, { generation, except: windows, builds: [build, since, rest] }),
    madeBy: REPAIR,
  };
}

async function staged(
  { stage, clock, partitionsAtOnce }: RowsPorts,
  engine: BatchEngine,
  plan: ViewPlan,
  build: string,
  range: Parameters<typeof stageHistory>[3],
  stop: AbortSignal,
): Promise<void> {
  const ports = { stage, engine, clock, partitionsAtOnce, eventsPerSecond: () => null };
  if (!(await stageHistory(ports, plan, build, range, stop)))
    throw new TwofoldError('conflict', `stopped while ${plan.id.name} was computed`);
}
