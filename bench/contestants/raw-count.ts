import '@twofold/platform/no-maglev';
import { KafkaRawReader } from '@twofold/event-log-kafka';

/** Twofold's reader of the log, when it only counts. Arguments: brokers, namespace, stream. Prints {"events", "cpuMs", "wallMs"}. */
const [brokers = '', namespace = '', stream = ''] = process.argv.slice(2);
const FETCH_BYTES = 6 * 1024 * 1024;
const log = new KafkaRawReader({ brokers: brokers.split(','), namespace });
const { end } = await log.bounds(stream);
const [before, beganAtMs] = [process.cpuUsage(), performance.now()];
let events = 0;
await Promise.all(
  end.map(async (head, partition) => {
    for (let from = 0; from < head;) {
      const batch = await log.read({ stream, partition }, { from, below: head, maxBytes: FETCH_BYTES });
      batch.forEach(() => (events += 1));
      from = batch.nextOffset;
    }
  }),
);
const { user, system } = process.cpuUsage(before);
const wallMs = performance.now() - beganAtMs;
process.stdout.write(`${JSON.stringify({ events, cpuMs: (user + system) / 1000, wallMs })}\n`);
await log.close();
