import { afterAll, beforeAll } from '@jest/globals';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { replayJournalContract, testDatabase } from '@twofold/testkit';
import { PostgresReplayJournal } from './postgres-replay-journal.js';

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

replayJournalContract('Postgres', async () => {
  await metadata.prisma.replayEvent.deleteMany();
  await metadata.prisma.replay.deleteMany();
  return new PostgresReplayJournal(metadata);
});
