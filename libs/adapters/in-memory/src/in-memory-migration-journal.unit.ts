import { migrationJournalContract } from '@twofold/testkit';
import { InMemoryMigrationJournal } from './in-memory-migration-journal.js';

migrationJournalContract('in memory', async () => new InMemoryMigrationJournal());
