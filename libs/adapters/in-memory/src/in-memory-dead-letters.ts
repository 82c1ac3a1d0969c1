import {
  TwofoldError,
  partitionName,
  type Offset,
  type Partition,
  type PartitionState,
  type RawRecord,
  type WaitingRecord,
} from '@twofold/core';
import type {
  ClosedRecord,
  DeadLetter,
  DeadLetterAction,
  DeadLetterFilter,
  DeadLetterGroup,
  DeadLetters,
  DeadLetterTopic,
  OpenedRecord,
  OutgoingRecord,
  WaitingChanges,
} from '@twofold/ports';

/** `told`: the topic of dead letters has it. */
type Stored = OpenedRecord & { readonly partition: Partition; closed: ClosedRecord | null; told: boolean };

/** The meaning of a ledger of dead letters, in arrays. `InMemoryMasterDataset` writes it. */
export class InMemoryDeadLetters implements DeadLetters, DeadLetterTopic {
  private readonly stored: Stored[] = [];
  private readonly actions: DeadLetterAction[] = [];
  private readonly archived = new Map<string, Offset>();
  /** What the topic was told, in order. */
  readonly topic: (Partition & OutgoingRecord)[] = [];

  /** As `MasterDataset.append` does, of a range that ends at `to`. */
  record(partition: Partition, to: Offset, { opened, closed }: WaitingChanges): void {
    this.archived.set(partitionName(partition), to);
    this.stored.push(...opened.map((record) => ({ ...record, partition, closed: null, told: false })));
    for (const one of closed)
      for (const stored of this.of(partition)) if (stored.offset === one.offset) stored.closed = one;
  }

  /** The records that wait as of an offset: dead, or held. */
  waitingAt(partition: Partition, offset: Offset): readonly OpenedRecord[] {
    return this.of(partition)
      .filter((one) => one.offset < offset && (one.closed === null || one.closed.at >= offset))
      .sort((a, b) => a.place - b.place);
  }

  async lastState(partition: Partition, atMost: Offset, withinRecords: number): Promise<PartitionState> {
    const offset = Math.min(atMost, this.archived.get(partitionName(partition)) ?? 0);
    const isNear = (at: Offset): boolean => at < offset && at >= offset - withinRecords;
    const all = this.of(partition);
    return {
      offset,
      waiting: this.waitingAt(partition, offset).map(waitingOf),
      redrives: all.flatMap(({ closed }) => (closed?.by === 'redrive' && isNear(closed.at) ? [closed.at] : [])),
      overflowed: all.flatMap((one) => (one.dead?.code === 'held-overflow' && isNear(one.offset) ? [one.offset] : [])),
    };
  }

  async list(
    filter: DeadLetterFilter,
    after: (Partition & { readonly offset: Offset }) | null,
    limit: number,
  ): Promise<readonly DeadLetter[]> {
    return this.letters()
      .filter((letter) => isWanted(letter, filter) && (after === null || compare(letter, after) > 0))
      .sort(compare)
      .slice(0, limit);
  }

  async groups(stream: string | null, limit: number): Promise<readonly DeadLetterGroup[]> {
    const open = this.letters()
      .filter((letter) => isWanted(letter, { stream, code: null, reason: null, state: 'open' }))
      .sort(compare);
    const alike = Map.groupBy(open, ({ stream, code, reason }) => JSON.stringify([stream, code, reason]));
    return [...alike.values()]
      .flatMap((letters): DeadLetterGroup[] => {
        const [example] = letters;
        if (example === undefined) return [];
        const times = letters.map(({ appendedAtMs }) => appendedAtMs);
        const [oldestAppendedAtMs, newestAppendedAtMs] = [Math.min(...times), Math.max(...times)];
        const { stream, code, reason, partition, offset } = example;
        const alike = { stream, code, reason, count: letters.length };
        return [{ ...alike, oldestAppendedAtMs, newestAppendedAtMs, example: { partition, offset } }];
      })
      .sort((a, b) => b.count - a.count)
      .slice(0, limit);
  }

  async get(
    partition: Partition,
    offset: Offset,
  ): Promise<{ readonly letter: DeadLetter; readonly record: RawRecord } | null> {
    return (
      this.of(partition)
        .flatMap(lettersOf)
        .find(({ letter }) => letter.offset === offset) ?? null
    );
  }

  async untold(
    partition: Partition,
    limit: number,
  ): Promise<readonly { readonly letter: DeadLetter; readonly record: RawRecord }[]> {
    return this.of(partition)
      .filter(({ told }) => !told)
      .flatMap(lettersOf)
      .sort((a, b) => a.letter.offset - b.letter.offset)
      .slice(0, limit);
  }

  async noteTold(partition: Partition, offsets: readonly Offset[]): Promise<void> {
    for (const one of this.of(partition)) if (offsets.includes(one.offset)) one.told = true;
  }

  async addAction(action: DeadLetterAction): Promise<void> {
    if (this.actions.some(({ id }) => id === action.id))
      throw new TwofoldError('conflict', `there is an action ${action.id} already`);
    this.actions.push(action);
  }

  async completeAction(id: string, appendedAt: Offset): Promise<void> {
    const at = this.actions.findIndex((action) => action.id === id);
    const action = this.actions[at];
    if (action !== undefined) this.actions[at] = { ...action, appendedAt };
  }

  async actionsOf(
    { stream, partition }: Partition,
    offset: Offset,
    limit: number,
  ): Promise<readonly DeadLetterAction[]> {
    return this.actions
      .filter((action) => action.stream === stream && action.partition === partition)
      .filter(({ resolution }) => resolution.target === offset)
      .slice(0, limit);
  }

  async tell({ stream, partition }: Partition, records: readonly OutgoingRecord[]): Promise<void> {
    this.topic.push(...records.map((record) => ({ stream, partition, ...record })));
  }

  private of(partition: Partition): Stored[] {
    return this.stored.filter((one) => partitionName(one.partition) === partitionName(partition));
  }

  private letters(): DeadLetter[] {
    return this.stored.flatMap(lettersOf).map(({ letter }) => letter);
  }
}

const waitingOf = ({ offset, place, key, dead, record }: OpenedRecord): WaitingRecord =>
  dead === null ? { kind: 'held', offset, place, key: key ?? '', record } : { kind: 'dead', offset, place, key };

function lettersOf(stored: Stored): readonly { readonly letter: DeadLetter; readonly record: RawRecord }[] {
  const { partition, offset, dead, eventType, key, record, closed } = stored;
  if (dead === null) return [];
  const by = closed?.by === 'discard' || closed?.by === 'redrive' ? closed.by : null;
  const letter: DeadLetter = {
    ...partition,
    offset,
    ...dead,
    eventType,
    key,
    appendedAtMs: record.appendedAtMs,
    closed: closed === null || by === null ? null : { at: closed.at, by },
  };
  return [{ letter, record }];
}

const isWanted = (letter: DeadLetter, { stream, code, reason, state }: DeadLetterFilter): boolean =>
  (stream === null || letter.stream === stream) &&
  (code === null || letter.code === code) &&
  (reason === null || letter.reason === reason) &&
  (state === null || (letter.closed === null) === (state === 'open'));

type Place = Partition & { readonly offset: Offset };

const compare = (a: Place, b: Place): number =>
  a.stream !== b.stream ? (a.stream < b.stream ? -1 : 1) : a.partition - b.partition || a.offset - b.offset;
