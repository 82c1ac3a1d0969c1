import { describe, expect, it } from '@jest/globals';
import {
  RecordDecoder,
  dataSchemaOf,
  defineEvent,
  defineStream,
  headersOfResolution,
  int,
  type DuplicatesWindow,
  type Judgement,
  type Offset,
  type Partition,
} from '@twofold/core';
import { InMemoryDeadLetters, InMemoryEventLog, InMemoryMasterDataset } from '@twofold/in-memory';
import type { MasterDataset, OutgoingRecord, WaitingChanges } from '@twofold/ports';
import { archiveEvents } from './archive-events.js';
import { JudgedPartition } from './judged-partition.js';
import { changesOf } from './waiting-changes.js';

const sold = defineEvent({ type: 'thing.sold', stream: 'sales', data: { price: int() } });
const partition: Partition = { stream: 'sales', partition: 0 };
const never = new AbortController().signal;

/** The ids of events, in order; ! : a record that is none. `b>1`: b resolves offset 1; without an id it is discarded. */
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
  const attributes = {
    ...{ ce_source: 'urn:test', ce_type: sold.type },
    ...{ ce_dataschema: dataSchemaOf(sold), ce_time: '2001-03-01T00:00:00Z' },
  };
  const recordOf = (word: string): OutgoingRecord => {
    const [id = '', target] = word.split('>');
    const named = Object.entries({ ...attributes, ce_id: id }).map(
      ([name, text]) => [name, Buffer.from(text)] as const,
    );
    const kind = id === '' ? 'discard' : 'redrive';
    const own = target === undefined ? [] : headersOfResolution({ kind, target: Number(target) });
    const value = id.endsWith('!') ? '{' : '{"price":1}';
    return { key: Buffer.from('k'), value: Buffer.from(value), headers: [...named, ...own] };
  };
  for (const ids of batches) await log.appendTo(partition, ids.map(recordOf));
  return log;
}

function judging(log: InMemoryEventLog, duplicates: DuplicatesWindow, archive: MasterDataset | null = null) {
  const ports = { log, deadLetters: new InMemoryDeadLetters() };
  const stream = { duplicates, deadLetters: 'skip' } as const;
  const judged = new JudgedPartition(ports, partition, new RecordDecoder([sold]), stream, archive);
  const judgeFrom = async (from: Offset): Promise<readonly Judgement['verdict']['kind'][]> => {
    await judged.goTo(from, never);
    const batch = await log.read(partition, { from });
    const judgements: Judgement['verdict']['kind'][] = [];
    batch.forEach((record) => judgements.push(judged.judge(record).verdict.kind));
    judged.passTo(batch.nextOffset);
    return judgements;
  };
  return { judged, judgeFrom };
}

/** By a dataset of all that stands on the log. */
async function archived(
  log: InMemoryEventLog,
  rules: { readonly duplicates: DuplicatesWindow; readonly deadLetters: 'hold' | 'skip' },
) {
  const deadLetters = new InMemoryDeadLetters();
  const masterDataset = new InMemoryMasterDataset(deadLetters);
  const [end = 0] = (await log.bounds('sales')).end;
  const stop = new AbortController();
  const report = {
    archived: (_: unknown, _from: Offset, to: Offset) => (to === end ? stop.abort() : undefined),
    trouble: (_: unknown, error: unknown) => stop.abort(error),
  };
  const clock = { now: () => 0, elapsed: () => 0, wait: async () => undefined };
  const ports = { log, masterDataset, deadLetters, deadLetterTopic: deadLetters, clock, wanted: () => end, report };
  await archiveEvents(
    ports,
    { partition, events: [sold], stream: { ...defineStream({ name: 'sales' }), ...rules } },
    stop.signal,
  );
  return { masterDataset, deadLetters };
}

/** What a reader that begins at an offset says of each record from there on, and what that changes. */
async function judgedFrom(
  from: Offset,
  log: InMemoryEventLog,
  deadLetters: InMemoryDeadLetters,
  rules: { readonly duplicates: DuplicatesWindow; readonly deadLetters: 'hold' | 'skip' },
  archive: MasterDataset | null = null,
) {
  const judged = new JudgedPartition({ log, deadLetters }, partition, new RecordDecoder([sold]), rules, archive);
  await judged.goTo(from, never);
  const found: { readonly said: string; readonly changes: WaitingChanges }[] = [];
  (await log.read(partition, { from, waitMs: 0 })).forEach((record) => {
    const judgement = judged.judge(record);
    const said = [judgement.verdict.kind, ...judgement.released.map(({ offset }) => offset)].join(' ');
    found.push({ said, changes: changesOf(record, judgement) });
  });
  return found;
}

const WORDS = ['a', 'b!', 'a', 'c', 'd!', 'e', 'b>1', 'c', 'f!>4', 'b', '>8', '>8', 'g', 'b', 'e'];
const WINDOW = { withinMs: 0, withinRecords: 5 };

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

  it.each([
    [
      'hold',
      [
        ...['event', 'dead', 'duplicate', 'held', 'dead', 'held', 'event 3', 'duplicate', 'dead', 'duplicate'],
        ...['resolution 5', 'resolution', 'event', 'duplicate', 'event'],
      ],
    ],
    [
      'skip',
      [
        ...['event', 'dead', 'duplicate', 'event', 'dead', 'event', 'event', 'duplicate', 'dead', 'duplicate'],
        ...['resolution', 'resolution', 'event', 'duplicate', 'event'],
      ],
    ],
  ] as const)(
    'comes to the same verdicts from whatever the archive has written down of what waits: %s',
    async (deadLetters, verdicts) => {
      const log = await openLog(...WORDS);
      const rules = { duplicates: WINDOW, deadLetters };
      const all = await judgedFrom(0, log, new InMemoryDeadLetters(), rules);
      expect(all.map(({ said }) => said)).toEqual(verdicts);
      for (let archivedTo = 0; archivedTo <= all.length; archivedTo++) {
        const ledger = new InMemoryDeadLetters();
        const changes = all.slice(0, archivedTo).map((one) => one.changes);
        ledger.record(partition, archivedTo, {
          opened: changes.flatMap(({ opened }) => opened),
          closed: changes.flatMap(({ closed }) => closed),
        });
        for (let from = 0; from <= all.length; from++)
          expect(await judgedFrom(from, log, ledger, rules)).toEqual(all.slice(from));
      }
    },
  );

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

  it('does not guess what waits, where retention was faster than the archive', async () => {
    const log = await openLog(...WORDS);
    const rules = { duplicates: { withinMs: 0, withinRecords: 0 }, deadLetters: 'hold' } as const;
    const ledger = new InMemoryDeadLetters();
    ledger.record(partition, 3, { opened: [], closed: [] });
    log.removeBelow(partition, 4);
    const told = { code: 'window-truncated', message: /^sales\/0: .*offsets 3 to 3 before they were archived/ };
    await expect(judgedFrom(6, log, ledger, rules)).rejects.toMatchObject(told);
    const [dead] = (await judgedFrom(4, log, new InMemoryDeadLetters(), { ...rules, deadLetters: 'skip' })).slice(0, 1);
    ledger.record(partition, 3, {
      opened: dead?.changes.opened.map((one) => ({ ...one, offset: 1 })) ?? [],
      closed: [],
    });
    await expect(judgedFrom(6, log, ledger, { ...rules, deadLetters: 'skip' })).rejects.toMatchObject(told);
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

  it.each(['hold', 'skip'] as const)('knows from the archive what retention has removed: %s', async (deadLetters) => {
    const rules = { duplicates: WINDOW, deadLetters };
    const all = await judgedFrom(0, await openLog(...WORDS), new InMemoryDeadLetters(), rules);
    for (let start = 1; start <= WORDS.length; start++) {
      const log = await openLog(...WORDS);
      const { masterDataset, deadLetters: ledger } = await archived(log, rules);
      log.removeBelow(partition, start);
      for (let from = start; from <= WORDS.length; from++)
        expect(await judgedFrom(from, log, ledger, rules, masterDataset)).toEqual(all.slice(from));
    }
  });

  it('is not ready when it was stopped on the way', async () => {
    const log = await openLog('a', 'b', 'a');
    const { judged } = judging(log, { withinMs: 0, withinRecords: 4 });
    await judged.goTo(2, AbortSignal.abort());
    expect(judged.standsAt(2)).toBe(false);
  });
});
