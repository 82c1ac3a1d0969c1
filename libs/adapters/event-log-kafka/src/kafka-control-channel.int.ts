import { randomUUID } from 'node:crypto';
import { controlChannelContract, testServers } from '@twofold/testkit';
import { KafkaControlChannel } from './kafka-control-channel.js';

controlChannelContract('Kafka', async () => {
  const brokers = testServers().kafkaBrokers;
  const namespace = `test-${randomUUID()}`;
  return { open: () => new KafkaControlChannel({ brokers, namespace, heartbeatMs: 300, report: () => undefined }) };
});
