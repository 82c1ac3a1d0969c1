import { offsetAt, partitionName, streamNamed, type Catalog } from '@twofold/core';
import { FOLD, type BatchEngine, type EventBatch, type EventLogReader } from '@twofold/ports';
import { foldHistory } from './fold-history.js';
import { foldProjectionHistory } from './fold-projection-history.js';
import type { HistoryPorts } from './read-history.js';

/**
 * The fold over history as a batch engine, in this process: of a computation one partition after the other. The ports are the caller's;
 * nobody else reads by this `log`.
 */
export function foldEngine(ports: HistoryPorts, catalog: Pick<Catalog, 'events' | 'streams'>): BatchEngine {
  const own = { ...ports, log: oneAtATime(ports.log) };
  return {
    name: FOLD,
    givesEachRowOnce: false,
    async *compute(plan, { from, to, windows }, stop, before) {
      const { events, streams } = catalog;
      for (const [stream, ends] of Object.entries(to))
        for (const [index, end] of ends.entries()) {
          const partition = { stream, partition: index };
          const work = { plan, partition, from: offsetAt(from, partition), to: end, windows };
          if (work.from >= end) continue;
          const history = { events, stream: streamNamed(streams, stream) };
          if (plan.projection === null) yield* foldHistory(own, history, work, stop);
          else yield* foldProjectionHistory(own, history, work, before, stop);
        }
    },
    close: async () => undefined,
  };
}

/** Several computations may be under way, and a reader reads one partition for one of them. */
function oneAtATime(log: EventLogReader): EventLogReader {
  const reading = new Map<string, Promise<unknown>>();
  return {
    read: (partition, options): Promise<EventBatch> => {
      const name = partitionName(partition);
      const read = (reading.get(name) ?? Promise.resolve()).then(() => log.read(partition, options));
      reading.set(
        name,
        read.catch(() => undefined),
      );
      return read;
    },
    bounds: (stream) => log.bounds(stream),
    close: () => log.close(),
  };
}
