import { describe, expect, it } from '@jest/globals';
import { defineStream, type Offset, type Partition } from '@twofold/core';
import { InMemoryDeadLetters, InMemoryEventLog, InMemoryMasterDataset, virtualClock } from '@twofold/in-memory';
import { NO_CHANGES, type EventLogReader, type OpenedRecord, type OutgoingRecord } from '@twofold/ports';
import { archiveEvents } from './archive-events.js';
import { tellDeadLetters } from './tell-dead-letters.js';

const partition: Partition = { stream: 'sales', partition: 3 };
const never = new AbortController().signal;
const deadAt = (offset: Offset): OpenedRecord => ({
  ...{ offset, place: offset, key: 'k', eventType: 'thing.sold' },
  dead: { code: 'unreadable', reason: 'its value is no JSON' },
  record: { offset, appendedAtMs: 0, key: Buffer.from('k'), value: Buffer.from('{'), headers: [['ce_id', null]] },
});

describe('the topic of dead letters', () => {
  it('is told of each, as it was and why, in order', async () => {
    const deadLetters = new InMemoryDeadLetters();
    const offsets = Array.from({ length: 50 }, (_, offset) => offset);
    deadLetters.record(partition, 50, { ...NO_CHANGES, opened: offsets.map(deadAt) });
    await tellDeadLetters({ deadLetters, deadLetterTopic: deadLetters }, partition, never);
    expect(deadLetters.topic).toEqual(
      offsets.map((offset) => ({
        ...partition,
        ...{ key: Buffer.from('k'), value: Buffer.from('{') },
        headers: [
          ['twofold-origin', Buffer.from(`sales/3/${offset}`)],
          ['twofold-code', Buffer.from('unreadable')],
          ['twofold-reason', Buffer.from('its value is no JSON')],
          ['ce_id', null],
        ],
      })),
    );
  });

  it('is told again of what was not noted', async () => {
    const deadLetters = new InMemoryDeadLetters();
    deadLetters.record(partition, 2, { ...NO_CHANGES, opened: [deadAt(0), deadAt(1)] });
    const dying = {
      untold: deadLetters.untold.bind(deadLetters),
      noteTold: (): never => {
        throw new Error('killed');
      },
    };
    const told = tellDeadLetters({ deadLetters: dying, deadLetterTopic: deadLetters }, partition, never);
    await expect(told).rejects.toThrow('killed');
    for (let times = 0; times < 2; times++)
      await tellDeadLetters({ deadLetters, deadLetterTopic: deadLetters }, partition, never);
    expect(deadLetters.topic).toHaveLength(4);
  });

  it('is told after it was away, though nothing more comes to be archived; the archive did not wait for it', async () => {
    const clock = virtualClock();
    const log = new InMemoryEventLog(clock);
    await log.ensureStream('sales', 1);
    const dead = { ...partition, partition: 0 };
    await log.appendTo(dead, [{ key: null, value: Buffer.from('{'), headers: [] }]);
    const deadLetters = new InMemoryDeadLetters();
    const masterDataset = new InMemoryMasterDataset(deadLetters);
    const stop = new AbortController();
    const archivedWhen: Offset[] = [];
    const deadLetterTopic = {
      tell: async (of: Partition, records: readonly OutgoingRecord[]): Promise<void> => {
        archivedWhen.push(await masterDataset.archivedTo(dead));
        if (archivedWhen.length < 3) throw new Error('it is away');
        await deadLetters.tell(of, records);
        stop.abort();
      },
    };
    /** Waits pass in virtual time. */
    const reader: Pick<EventLogReader, 'read' | 'bounds'> = {
      read: async (of, options) => {
        const batch = await log.read(of, { ...options, waitMs: 0 });
        if (batch.recordCount === 0) await clock.wait(options.waitMs ?? 0);
        return batch;
      },
      bounds: (stream) => log.bounds(stream),
    };
    const report = { archived: () => undefined, trouble: () => undefined };
    await archiveEvents(
      {
        ...{ log: { ...reader, close: () => log.close() }, masterDataset, deadLetters, deadLetterTopic },
        ...{ clock, report, wanted: () => 0 },
      },
      { partition: dead, events: [], stream: defineStream({ name: 'sales' }) },
      stop.signal,
    );
    expect(archivedWhen).toEqual([1, 1, 1]);
    expect(deadLetters.topic).toHaveLength(1);
  });
});
