import { replayJournalContract } from '@twofold/testkit';
import { InMemoryReplayJournal } from './in-memory-replay-journal.js';

replayJournalContract('in memory', async () => new InMemoryReplayJournal());
