import { archiveEditionsContract } from '@twofold/testkit';
import { InMemoryArchive } from './in-memory-archive.js';
import { InMemoryArchiveEditions } from './in-memory-archive-editions.js';
import { InMemoryDeadLetters } from './in-memory-dead-letters.js';
import { InMemoryMasterDataset } from './in-memory-master-dataset.js';

archiveEditionsContract('in memory', async () => {
  const archive = new InMemoryArchive();
  const [editions, others] = [new InMemoryArchiveEditions(archive), new InMemoryArchiveEditions(archive)];
  const masterDataset = new InMemoryMasterDataset(new InMemoryDeadLetters(), archive);
  return { masterDataset, editions, others, close: () => masterDataset.close() };
});
