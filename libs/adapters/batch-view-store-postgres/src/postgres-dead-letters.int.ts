import { afterAll, beforeAll } from '@jest/globals';
import { migrate, openMetadata, waitingStatements, type Metadata } from '@twofold/metadata';
import { deadLettersContract, testDatabase } from '@twofold/testkit';
import { PostgresDeadLetters } from './postgres-dead-letters.js';

const database = testDatabase();
let metadata: Metadata;
beforeAll(async () => {
  await migrate(database.url);
  metadata = await openMetadata(database.url);
});
afterAll(async () => {
  await metadata.close();
  await database.drop();
});

deadLettersContract('Postgres', async () => ({
  deadLetters: new PostgresDeadLetters(metadata),
  append: async ({ stream, partition }, from, to, changes) => {
    const range = { fromOffset: BigInt(from), toOffset: BigInt(to), deadLetters: 0 };
    await metadata.prisma.$transaction([
      metadata.prisma.archiveRange.create({
        data: { edition: 1, stream, partition, ...range },
        select: { fromOffset: true },
      }),
      ...waitingStatements(metadata, { stream, partition }, changes),
    ]);
  },
}));
