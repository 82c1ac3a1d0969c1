import { describe, expect, it } from '@jest/globals';
import { defineEvent, defineProjection, int, planProjection, type ViewRow } from '@twofold/core';
import type { BuildStage } from '@twofold/ports';
import { StagedStates } from './staged-states.js';

const seen = defineEvent({ type: 'thing.seen', stream: 'things', data: {} });
const plan = planProjection(
  defineProjection({
    name: 'sightings',
    from: seen,
    init: () => 0,
    evolve: (times) => times + 1,
    present: (times) => ({ times }),
    measures: { times: int() },
  }),
  [seen],
);
/** Ten thousand of them are more than is held. */
const LONG = 'x'.repeat(10_000);
const row = (number: number, state = LONG): ViewRow => ({
  dimensions: [`${number}`],
  window: 0,
  parts: [`[1,"${state}"]`],
});
const rows = (from: number, to: number): readonly ViewRow[] =>
  Array.from({ length: to - from }, (_, index) => row(from + index));

/** A stage that tells what it is asked for. */
function openStage() {
  const asked: string[] = [];
  const stage: Pick<BuildStage, 'readKeys'> = {
    readKeys: async (_plan, _build, keys) => {
      asked.push(...keys.map(({ dimensions }) => String(dimensions[0])));
      return keys.map(({ dimensions }) => row(Number(dimensions[0]), 'staged'));
    },
  };
  return { asked, stage };
}

async function stageStep(states: StagedStates, step: readonly ViewRow[]): Promise<void> {
  const given = (async function* () {
    yield step;
  })();
  for await (const some of states.remember(given)) expect(some).toEqual(step);
}

describe('states between steps', () => {
  it('are held from the first step on: what is not among them is nowhere', async () => {
    const { asked, stage } = openStage();
    const states = new StagedStates(stage, plan, 'b', true);
    await stageStep(states, rows(0, 10));
    expect(await states.before([row(3, ''), row(11, '')])).toEqual([row(3)]);
    expect(asked).toEqual([]);
  });

  it('are read back from the stage where a build goes on, and when a step was another’s', async () => {
    const { asked, stage } = openStage();
    const states = new StagedStates(stage, plan, 'b', false);
    await stageStep(states, rows(0, 10));
    expect(await states.before([row(3, ''), row(11, '')])).toEqual([row(3), row(11, 'staged')]);
    states.forget();
    expect(await states.before([row(3, '')])).toEqual([row(3, 'staged')]);
    expect(asked).toEqual(['11', '3']);
  });

  it('are held within a bound, those touched last', async () => {
    const { asked, stage } = openStage();
    const states = new StagedStates(stage, plan, 'b', true);
    await stageStep(states, rows(0, 4_000));
    await stageStep(states, rows(0, 1));
    await stageStep(states, rows(4_000, 10_000));
    await states.before([row(9_999, ''), row(1, ''), row(4_000, '')]);
    expect(asked).toContain('1');
    expect(asked).not.toContain('9999');
  });
});
