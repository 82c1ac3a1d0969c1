import { TwofoldError } from '@twofold/core';
import type { Metadata } from '@twofold/metadata';

/**
 * The tables of builds that are done.
 * @throws TwofoldError `conflict` where one has no stage, or is not done
 */
export async function stagedTables({ prisma }: Metadata, builds: readonly string[]): Promise<readonly string[]> {
  const stages = await prisma.buildStage.findMany({
    where: { build: { in: [...builds] } },
    include: { partitions: true },
  });
  return builds.map((build) => {
    const stage = stages.find((candidate) => candidate.build === build);
    if (stage?.partitions.every(({ doneOffset, toOffset }) => doneOffset === toOffset) === true) return stage.tableName;
    throw new TwofoldError('conflict', `build ${build} ${stage === undefined ? 'has no stage' : 'is not done'}`);
  });
}
