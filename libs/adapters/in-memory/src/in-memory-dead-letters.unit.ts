import { deadLettersContract } from '@twofold/testkit';
import { InMemoryDeadLetters } from './in-memory-dead-letters.js';
import { InMemoryMasterDataset } from './in-memory-master-dataset.js';

deadLettersContract('in memory', async () => {
  const deadLetters = new InMemoryDeadLetters();
  const masterDataset = new InMemoryMasterDataset(deadLetters);
  return {
    deadLetters,
    append: async (partition, from, to, changes) => {
      await masterDataset.append(partition, from, to, [], [], changes);
    },
  };
});
