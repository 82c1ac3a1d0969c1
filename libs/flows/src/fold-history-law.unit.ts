import { describe, expect, it, jest } from '@jest/globals';
import { defineStream, mergeRows, offsetAt, type Offset, type ViewRow } from '@twofold/core';
import { InMemoryDeadLetters, InMemoryEventLog, InMemoryMasterDataset } from '@twofold/in-memory';
import type { PartitionWork } from '@twofold/ports';
import {
  FOUND_CASES,
  archiveCase,
  checkLaw,
  headOf,
  lawCases,
  lawParameters,
  lawPatienceMs,
  outgoingOf,
  rangeOf,
  realSubject,
  type LawCase,
  type LawSubject,
  writable,
  type LoggedEvent,
} from '@twofold/testkit';
import fc from 'fast-check';
import { foldHistory } from './fold-history.js';

/** Each case compiles all it has once more for every partition. */
const RUNS_IN = 4;
const NEVER = new AbortController().signal;
const ONCE = { withinMs: 0, withinRecords: 0 };

const parameters = { ...lawParameters(), numRuns: Math.ceil(lawParameters().numRuns / RUNS_IN) };
jest.setTimeout(lawPatienceMs(parameters));

/**
 * Up to where a partition must be archived at least: events wait there as they please, which on the log takes dead records and
 * resolutions. And it is so far at least as some cut is.
 */
const seamOf = (records: readonly LoggedEvent[], cut: Offset): Offset =>
  Math.max(cut, ...records.map(({ offset, appliedOffset }) => (offset === appliedOffset ? 0 : appliedOffset + 1)));

/** The log of a case, archived up to its seams and cut off there. */
async function openHistory(lawCase: LawCase) {
  const { events, partitions, log: records } = lawCase;
  const log = new InMemoryEventLog();
  const deadLetters = new InMemoryDeadLetters();
  const masterDataset = new InMemoryMasterDataset(deadLetters);
  for (const [stream, ofStream] of Map.groupBy(partitions, ({ stream }) => stream))
    await log.ensureStream(stream, ofStream.length);
  const seams = records.map((all, index) => seamOf(all, lawCase.course.cuts.at(-1)?.[index] ?? 0));
  await archiveCase(lawCase, seams, masterDataset);
  for (const [index, partition] of partitions.entries()) {
    const all = records[index] ?? [];
    const seam = seams[index] ?? 0;
    let end = 0;
    for (const record of all.filter(({ offset }) => offset >= seam)) {
      log.leaveGap(partition, record.offset - end);
      await log.appendTo(partition, [outgoingOf(events, record)]);
      end = record.offset + 1;
    }
    log.leaveGap(partition, headOf(all) - end);
    log.removeBelow(partition, seam);
  }
  return { log, deadLetters, masterDataset };
}

const subject = (change: (work: PartitionWork) => PartitionWork = (work) => work): LawSubject => ({
  ...realSubject,
  openBatch: async (lawCase) => {
    const ports = await openHistory(lawCase);
    return async (plan, within) => {
      const { from, to, windows } = rangeOf(lawCase, within);
      const rows: ViewRow[] = [];
      for (const partition of lawCase.partitions) {
        const stream = defineStream({ name: partition.stream, duplicates: ONCE });
        const offsets = { from: offsetAt(from, partition), to: offsetAt(to, partition) };
        const work = change({ plan, partition, ...offsets, windows });
        for await (const chunk of foldHistory(ports, { events: lawCase.events, stream }, work, NEVER))
          rows.push(...chunk);
      }
      return mergeRows(plan, rows);
    };
  },
});

const property = (of: LawSubject): fc.IAsyncProperty<[LawCase]> =>
  fc.asyncProperty(lawCases, (lawCase) => checkLaw(of, writable(lawCase)));

describe('the law, with the fold over history as batch engine', () => {
  it.each([...FOUND_CASES])('holds where it once did not: $name', ({ lawCase }) => checkLaw(subject(), lawCase()));

  it('holds for every range, from an archive and a log that meet anywhere', async () => {
    await fc.assert(property(subject()), parameters);
  });

  it.each(
    Object.entries<(work: PartitionWork) => PartitionWork>({
      'windows are those of all time': (work) => ({ ...work, windows: null }),
      'a step begins one event too late': (work) => ({ ...work, from: work.from === 0 ? 0 : work.from + 1 }),
      'the last event of a step is lost': (work) => ({ ...work, to: Math.max(work.from, work.to - 1) }),
    }),
  )('is seen to be broken when %s', async (_name, change) => {
    const { failed } = await fc.check(property(subject(change)), { ...parameters, endOnFailure: true });
    expect(failed).toBe(true);
  });
});
