import kafkajs from 'kafkajs';

/** A bare kafkajs consumer that only counts. Arguments: brokers, topic, events, group. Prints {"events", "cpuMs"}. */
const [brokers = '', topic = '', wanted = '0', groupId = ''] = process.argv.slice(2);
const { Kafka, logLevel } = kafkajs;
const consumer = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).consumer({
  groupId,
  maxBytesPerPartition: 1 << 20,
});
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });

let events = 0;
const before = process.cpuUsage();
await new Promise<void>((resolve) => {
  void consumer.run({
    eachBatch: async ({ batch }) => {
      events += batch.messages.length;
      if (events >= Number(wanted)) resolve();
    },
  });
});
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ events, cpuMs: (user + system) / 1000 })}\n`);
await consumer.disconnect();
