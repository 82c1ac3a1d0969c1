import { masterDatasetContract } from '@twofold/testkit';
import { InMemoryMasterDataset } from './in-memory-master-dataset.js';

masterDatasetContract('in memory', async () => {
  const dataset = new InMemoryMasterDataset();
  return {
    open: async () => dataset,
    offsetsIn: async ({ partition: { stream, partition }, from, to, eventType, eventVersion }) => {
      const upToItsEnd = { [stream]: [...new Array<number>(partition).fill(0), to] };
      const events = dataset.eventsBelow(upToItsEnd, eventType);
      const ofFile = events.filter(({ version }) => eventVersion === null || version === eventVersion);
      return ofFile.filter(({ appliedOffset }) => appliedOffset >= from).map(({ offset }) => offset);
    },
  };
});
