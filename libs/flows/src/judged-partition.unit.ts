import { describe, expect, it } from '@jest/globals';
import {
  RecordDecoder,
  dataSchemaOf,
  defineEvent,
  int,
  type DuplicatesWindow,
  type Offset,
  type Partition,
} from '@twofold/core';
import { InMemoryEventLog, InMemoryMasterDataset } from '@twofold/in-memory';
import type { MasterDataset } from '@twofold/ports';
import { archiveEvents } from './archive-events.js';
import { JudgedPartition, type Judgement } from './judged-partition.js';

const sold = defineEvent({ type: 'thing.sold', stream: 'sales', data: { price: int() } });
const partition: Partition = { stream: 'sales', partition: 0 };
const never = new AbortController().signal;

/** The ids of events, in order; ! : a record that is none. */
async function openLog(...ids: readonly string[]): Promise<InMemoryEventLog> {
  return openLogAt(
    () => 0,
    ids.map((id) => [id]),
  );
}

/** Each list of ids is appended at once, at what the clock then says. */
async function openLogAt(now: () => number, batches: readonly (readonly string[])[]): Promise<InMemoryEventLog> {
  const log = new InMemoryEventLog({ now });
  await log.ensureStream('sales', 1);
  const headers = (id: string): Record<string, string> => ({
    ce_id: id,
    ce_source: 'urn:test',
    ce_type: sold.type,
    ce_dataschema: dataSchemaOf(sold),
    ce_time: '2001-03-01T00:00:00Z',
  });
  for (const ids of batches)
    await log.append(
      'sales',
      ids.map((id) => ({ key: 'k', headers: headers(id), value: id.endsWith('!') ? '{' : '{"price":1}' })),
    );
  return log;
}

function judging(log: InMemoryEventLog, window: DuplicatesWindow, archive: MasterDataset | null = null) {
  const judged = new JudgedPartition(log, partition, new RecordDecoder([sold]), window, archive);
  const judgeFrom = async (from: Offset): Promise<readonly Judgement[]> => {
    await judged.goTo(from, never);
    const batch = await log.read(partition, { from });
    const judgements: Judgement[] = [];
    batch.forEach((record) => judgements.push(judged.judge(record)));
    judged.passTo(batch.nextOffset);
    return judgements;
  };
  return { judged, judgeFrom };
}

describe('a judged partition', () => {
  it('comes to the same verdicts wherever it begins, and again', async () => {
    const log = await openLog('a', 'b', 'a', 'c!', 'c', 'c!', 'b', 'c', 'a');
    const all = ['event', 'event', 'duplicate', 'dead', 'event', 'dead', 'event', 'duplicate', 'event'];
    for (let from = 0; from <= all.length; from++) {
      const { judgeFrom } = judging(log, { withinMs: 0, withinRecords: 4 });
      expect(await judgeFrom(from)).toEqual(all.slice(from));
      expect(await judgeFrom(0)).toEqual(all);
      expect(await judgeFrom(6)).toEqual(all.slice(6));
    }
  });

  it('goes on without reading again', async () => {
    const log = await openLog('a', 'b');
    const { judged, judgeFrom } = judging(log, { withinMs: 0, withinRecords: 4 });
    await judgeFrom(0);
    expect([0, 1, 2, 3].map((offset) => judged.standsAt(offset))).toEqual([true, true, true, false]);
  });

  it('does not guess where retention has removed part of the window', async () => {
    const log = await openLog('a', 'b', 'a', 'b', 'c');
    log.removeBelow(partition, 1);
    const { judged, judgeFrom } = judging(log, { withinMs: 0, withinRecords: 2 });
    await expect(judgeFrom(2)).rejects.toMatchObject({ code: 'window-truncated', message: /^sales\/0: .*offset 2 / });
    expect(judged.standsAt(2)).toBe(false);
    expect(await judgeFrom(3)).toEqual(['duplicate', 'event']); // where the window is whole again
  });

  it('needs nothing of what was removed before the window of time', async () => {
    let nowMs = 0;
    const log = await openLogAt(() => (nowMs += 10), [['a'], ['b'], ['b'], ['a']]);
    log.removeBelow(partition, 1);
    expect(await judging(log, { withinMs: 9, withinRecords: 4 }).judgeFrom(3)).toEqual(['event']);
    expect(await judging(log, { withinMs: 19, withinRecords: 4 }).judgeFrom(4)).toEqual([]);
    await expect(judging(log, { withinMs: 19, withinRecords: 4 }).judgeFrom(3)).rejects.toMatchObject({
      code: 'window-truncated',
    });
  });

  it('knows from the archive what retention has removed', async () => {
    const ids = ['a', 'b', 'a', 'c!', 'c', 'c!', 'b', 'c', 'a'];
    const all = ['event', 'event', 'duplicate', 'dead', 'event', 'dead', 'event', 'duplicate', 'event'];
    const window = { withinMs: 0, withinRecords: 4 };
    for (let start = 1; start <= ids.length; start++) {
      const log = await openLog(...ids);
      const archive = new InMemoryMasterDataset();
      const stop = new AbortController();
      const report = { archived: () => stop.abort(), trouble: (_: unknown, error: unknown) => stop.abort(error) };
      const clock = { now: () => 0, elapsed: () => 0, wait: async () => undefined };
      const ports = { log, masterDataset: archive, clock, wanted: () => ids.length, report };
      await archiveEvents(ports, { partition, events: [sold], duplicates: window }, stop.signal);
      log.removeBelow(partition, start);
      for (let from = start; from <= ids.length; from++)
        expect(await judging(log, window, archive).judgeFrom(from)).toEqual(all.slice(from));
    }
  });

  it('is not ready when it was stopped on the way', async () => {
    const log = await openLog('a', 'b', 'a');
    const { judged } = judging(log, { withinMs: 0, withinRecords: 4 });
    await judged.goTo(2, AbortSignal.abort());
    expect(judged.standsAt(2)).toBe(false);
  });
});
