import { eventLogContract } from '@twofold/testkit';
import { InMemoryEventLog } from './in-memory-event-log.js';

eventLogContract('in memory', async () => {
  const log = new InMemoryEventLog();
  return {
    writer: log,
    otherWriter: log,
    reader: log,
    admin: log,
    otherAdmin: log,
    removeBelow: async (partition, offset) => log.removeBelow(partition, offset),
    // The marker that ends the transaction takes an offset too.
    appendAborted: async (partition, events) => log.leaveGap(partition, events.length + 1),
    openAssigner: () => log,
    close: () => log.close(),
  };
});
