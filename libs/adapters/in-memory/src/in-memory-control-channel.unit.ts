import { controlChannelContract } from '@twofold/testkit';
import { InMemoryControlChannel } from './in-memory-control-channel.js';

controlChannelContract('in memory', async () => {
  const channel = new InMemoryControlChannel();
  return { open: () => channel };
});
