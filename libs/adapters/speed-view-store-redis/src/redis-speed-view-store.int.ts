import { randomUUID } from 'node:crypto';
import { speedViewStoreContract, testServers } from '@twofold/testkit';
import { RedisSpeedViewStore } from './index.js';

speedViewStoreContract('RedisSpeedViewStore', async () => {
  const options = { url: testServers().redisUrl, namespace: `test-${randomUUID()}` };
  return {
    store: await RedisSpeedViewStore.connect(options),
    other: await RedisSpeedViewStore.connect(options),
    id: { view: { name: 'things', version: '1' }, partition: { stream: 'things', partition: 0 } },
  };
});
