import {
  PlainRecord,
  RecordJudge,
  headerOf,
  startOfWindow,
  type Judgement,
  type LogRecord,
  type Offset,
  type Partition,
  type PartitionState,
  type RecordDecoder,
  type StreamDefinition,
} from '@twofold/core';
import type { DeadLetters, EventLogReader, MasterDataset } from '@twofold/ports';
import { hasWindow, waitingTruncated, windowTruncated } from './whole-window.js';

export type JudgePorts = {
  readonly log: EventLogReader;
  readonly deadLetters: Pick<DeadLetters, 'lastState'>;
};

/** What is looked back through is not folded, so it is fetched in large pieces. */
const FETCH_BYTES = 8 * 1024 * 1024;
/** Nothing is waited for: what is looked back through stands there. */
const WAIT_MS = 500;
/** Offsets whose identities come from the archive at a time: some 20 MB of memory. */
const ARCHIVED_AT_A_TIME = 50_000;

/**
 * The verdicts on a partition's records, for fold and archive alike (`RecordJudge`). They are a function of the log; what they need
 * to know of it besides the record is read again after a restart: what waits from the ledger, as far as the archive reaches, and
 * from there on the records themselves; the window of duplicates from the log.
 *
 * Where retention has removed part of the window, the archive has it. Who has no archive is not told a verdict: {@link goTo}
 * rejects with `window-truncated`.
 */
export class JudgedPartition {
  private readonly judging: RecordJudge;

  constructor(
    private readonly ports: JudgePorts,
    private readonly partition: Partition,
    decoder: RecordDecoder,
    private readonly stream: Pick<StreamDefinition, 'duplicates' | 'deadLetters'>,
    private readonly archive: Pick<MasterDataset, 'identities'> | null,
  ) {
    this.judging = new RecordJudge(partition, decoder, stream);
  }

  /** Whether it can judge the records from `offset` on, in order, without {@link goTo}. */
  standsAt(offset: Offset): boolean {
    return this.judging.canJudgeFrom(offset);
  }

  /** Gets ready to judge the records from `offset` on: reads what comes before it, if need be. Aborted: it is not ready. */
  async goTo(offset: Offset, signal: AbortSignal): Promise<void> {
    if (this.standsAt(offset)) return;
    const { log, deadLetters } = this.ports;
    const { duplicates, deadLetters: policy } = this.stream;
    const state = await deadLetters.lastState(this.partition, offset, duplicates.withinRecords);
    // From here on duplicates must be told: in a `hold` stream it depends on it what waits.
    const told = policy === 'hold' ? state.offset : offset;
    this.judging.restart(state, told);
    const from = await this.startOnLog(state, told, offset, signal);
    for (let at = from; at < offset && !signal.aborted;) {
      const batch = await log.read(this.partition, {
        ...{ from: at, below: offset, maxBytes: FETCH_BYTES, waitMs: WAIT_MS, signal },
      });
      batch.forEach((record) => {
        if (record.offset < state.offset) this.judging.remember(record);
        else this.judging.judge(record);
      });
      at = batch.nextOffset;
    }
    if (!signal.aborted) this.judging.passTo(offset);
  }

  /** There is nothing to judge below `offset` any more. */
  passTo(offset: Offset): void {
    this.judging.passTo(offset);
  }

  /** Every record is judged in its turn; those that were judged already come out the same. */
  judge(record: LogRecord): Judgement {
    return this.judging.judge(record);
  }

  /** Where on the log begins what is to be read; what retention has taken of the window before `told` is remembered from the archive. */
  private async startOnLog(state: PartitionState, told: Offset, offset: Offset, signal: AbortSignal): Promise<Offset> {
    const { log } = this.ports;
    const { duplicates, deadLetters } = this.stream;
    const window = startOfWindow(duplicates, told);
    const wanted = Math.min(window, state.offset);
    if (wanted === offset) return offset;
    const start = (await log.bounds(this.partition.stream)).start[this.partition.partition] ?? 0;
    if (wanted >= start) return wanted;
    const from = Math.min(start, offset);
    if (from > state.offset && (deadLetters === 'hold' || state.waiting.length > 0))
      throw waitingTruncated(this.partition, state.offset, from);
    if (await hasWindow(log, this.partition, duplicates, start, told)) return from;
    if (this.archive === null) throw windowTruncated(this.partition, told);
    await this.rememberFromArchive(this.archive, window, from, signal);
    return from;
  }

  private async rememberFromArchive(
    archive: Pick<MasterDataset, 'identities'>,
    from: Offset,
    to: Offset,
    signal: AbortSignal,
  ): Promise<void> {
    for (let at = from; at < to && !signal.aborted; at += ARCHIVED_AT_A_TIME) {
      const below = Math.min(at + ARCHIVED_AT_A_TIME, to);
      for (const { offset, appendedAtMs, source, id } of await archive.identities(this.partition, at, below)) {
        const headers = [
          [headerOf('source'), source],
          [headerOf('id'), id],
        ] as const;
        this.judging.rememberEvent(new PlainRecord({ offset, appendedAtMs, key: null, value: null, headers }));
      }
    }
  }
}
