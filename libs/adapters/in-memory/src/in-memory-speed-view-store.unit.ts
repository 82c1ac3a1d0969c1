import { speedViewStoreContract } from '@twofold/testkit';
import { InMemorySpeedViewStore } from './in-memory-speed-view-store.js';

speedViewStoreContract('InMemorySpeedViewStore', async () => ({
  store: new InMemorySpeedViewStore(),
  id: { view: { name: 'things', version: '1' }, partition: { stream: 'things', partition: 0 } },
}));
