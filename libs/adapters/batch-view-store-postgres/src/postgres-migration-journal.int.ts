import { afterAll, beforeAll } from '@jest/globals';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { migrationJournalContract, testDatabase } from '@twofold/testkit';
import { PostgresMigrationJournal } from './postgres-migration-journal.js';

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

migrationJournalContract('Postgres', async () => {
  await metadata.prisma.migrationEvent.deleteMany();
  return new PostgresMigrationJournal(metadata);
});
