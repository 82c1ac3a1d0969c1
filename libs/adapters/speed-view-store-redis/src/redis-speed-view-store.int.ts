import { randomUUID } from 'node:crypto';
import { speedViewStoreContract, testServers } from '@twofold/testkit';
import { RedisSpeedViewStore } from './index.js';

speedViewStoreContract('RedisSpeedViewStore', async () => ({
  store: await RedisSpeedViewStore.connect({ url: testServers().redisUrl, namespace: `test-${randomUUID()}` }),
  id: { view: { name: 'things', version: '1' }, partition: { stream: 'things', partition: 0 } },
}));
