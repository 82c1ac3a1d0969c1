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
import { InMemoryEventLog } from '@twofold/in-memory';
import { JudgedPartition, truncationText, type Judgement } from './judged-partition.js';

const sold = defineEvent({ type: 'thing.sold', stream: 'sales', data: { price: int() } });
const partition: Partition = { stream: 'sales', partition: 0 };
const never = new AbortController().signal;

/** The ids of events, in order; ! : a record that is none. */
async function openLog(...ids: readonly string[]): Promise<InMemoryEventLog> {
  const log = new InMemoryEventLog({ now: () => 0 });
  await log.ensureStream('sales', 1);
  const headers = (id: string): Record<string, string> => ({
    ce_id: id,
    ce_source: 'urn:test',
    ce_type: sold.type,
    ce_dataschema: dataSchemaOf(sold),
    ce_time: '2001-03-01T00:00:00Z',
  });
  await log.append(
    'sales',
    ids.map((id) => ({ key: 'k', headers: headers(id), value: id.endsWith('!') ? '{' : '{"price":1}' })),
  );
  return log;
}

function judging(log: InMemoryEventLog, window: DuplicatesWindow) {
  const truncated: string[] = [];
  const judged = new JudgedPartition(log, partition, new RecordDecoder([sold]), window, {
    windowTruncated: (...told) => void truncated.push(truncationText(...told)),
  });
  const judgeFrom = async (from: Offset): Promise<readonly Judgement[]> => {
    await judged.goTo(from, never);
    const batch = await log.read(partition, { from });
    const judgements: Judgement[] = [];
    batch.forEach((record) => judgements.push(judged.judge(record)));
    judged.passTo(batch.nextOffset);
    return judgements;
  };
  return { judged, judgeFrom, truncated };
}

describe('a judged partition', () => {
  it('comes to the same verdicts wherever it begins, and again', async () => {
    const log = await openLog('a', 'b', 'a', 'c!', 'c', 'c!', 'b', 'c', 'a');
    const all = ['event', 'event', 'duplicate', 'dead', 'event', 'dead', 'event', 'duplicate', 'event'];
    for (let from = 0; from <= all.length; from++) {
      const { judgeFrom, truncated } = judging(log, { withinMs: 0, withinRecords: 4 });
      expect(await judgeFrom(from)).toEqual(all.slice(from));
      expect(await judgeFrom(0)).toEqual(all);
      expect(await judgeFrom(6)).toEqual(all.slice(6));
      expect(truncated).toEqual([]);
    }
  });

  it('goes on without reading again', async () => {
    const log = await openLog('a', 'b');
    const { judged, judgeFrom } = judging(log, { withinMs: 0, withinRecords: 4 });
    await judgeFrom(0);
    expect([0, 1, 2, 3].map((offset) => judged.standsAt(offset))).toEqual([true, true, true, false]);
  });

  it('decides by what retention has left of the window, and says so', async () => {
    const log = await openLog('a', 'b', 'a', 'b');
    log.removeBelow(partition, 1);
    const { judgeFrom, truncated } = judging(log, { withinMs: 0, withinRecords: 4 });
    expect(await judgeFrom(2)).toEqual(['event', 'duplicate']);
    expect(truncated).toEqual([expect.stringMatching(/^sales\/0: retention has removed the offsets 0 to 0, /)]);
  });

  it('is not ready when it was stopped on the way', async () => {
    const log = await openLog('a', 'b', 'a');
    const { judged } = judging(log, { withinMs: 0, withinRecords: 4 });
    await judged.goTo(2, AbortSignal.abort());
    expect(judged.standsAt(2)).toBe(false);
  });
});
