export { KafkaAdmin } from './kafka-admin.js';
export { KafkaControlChannel } from './kafka-control-channel.js';
export { KafkaJsReader } from './kafka-js-reader.js';
export { type KafkaOptions } from './kafka-options.js';
export { KafkaPartitionAssigner } from './kafka-partition-assigner.js';
export { KafkaDeadLetterTopic } from './kafka-dead-letter-topic.js';
export { KafkaRawReader } from './kafka-raw-reader.js';
export { KafkaWriter } from './kafka-writer.js';
export { partitionOfKey } from './murmur2.js';
