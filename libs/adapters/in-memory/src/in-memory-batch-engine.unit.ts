import { archiveCase, batchEngineContract, headCutOf } from '@twofold/testkit';
import { InMemoryBatchEngine } from './in-memory-batch-engine.js';
import { InMemoryMasterDataset } from './in-memory-master-dataset.js';

batchEngineContract('in memory', {
  open: async (lawCase) => {
    const masterDataset = new InMemoryMasterDataset();
    await archiveCase(lawCase, headCutOf(lawCase.log), masterDataset);
    return new InMemoryBatchEngine(masterDataset);
  },
  runs: 200,
});
