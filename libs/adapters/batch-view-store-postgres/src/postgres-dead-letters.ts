import {
  TwofoldError,
  type DeadCode,
  type Offset,
  type Partition,
  type PartitionState,
  type RawRecord,
  type ResolutionKind,
  type WaitingRecord,
} from '@twofold/core';
import { archivedTo, isConstraintViolation, rawRecordOf, reachingStore, type Metadata } from '@twofold/metadata';
import type { DeadLetter, DeadLetterAction, DeadLetterFilter, DeadLetterGroup, DeadLetters } from '@twofold/ports';

type Place = Partition & { readonly offset: Offset };
type LetterAndRecord = { readonly letter: DeadLetter; readonly record: RawRecord };

const LETTER = {
  ...{ stream: true, partition: true, offset: true, queueKey: true, deadCode: true, deadReason: true },
  ...{ eventType: true, appendedAtMs: true, closedAt: true, closedBy: true },
} as const;
const RAW = { rawKey: true, rawValue: true, rawHeaders: true } as const;

/** What waits, and what was done about it, a row each. The metadata is the caller's. */
export class PostgresDeadLetters implements DeadLetters {
  constructor(private readonly metadata: Metadata) {}

  lastState({ stream, partition }: Partition, atMost: Offset, withinRecords: number): Promise<PartitionState> {
    const { prisma } = this.metadata;
    return reachingStore(async () => {
      const offset = Math.min(atMost, await archivedTo(this.metadata, { stream, partition }));
      // What waited as of an offset below the archive's end never changes any more, so these need not be of one moment.
      const [below, window] = [
        BigInt(offset),
        { gte: BigInt(Math.max(0, offset - withinRecords)), lt: BigInt(offset) },
      ];
      const wait = { stream, partition, offset: { lt: below }, OR: [{ closedAt: null }, { closedAt: { gte: below } }] };
      const [dead, held, redrives, overflowed] = await Promise.all([
        prisma.waitingRecord.findMany({
          where: { ...wait, deadCode: { not: null } },
          select: { offset: true, place: true, queueKey: true },
        }),
        prisma.waitingRecord.findMany({ where: { ...wait, deadCode: null } }),
        prisma.waitingRecord.findMany({
          where: { stream, partition, closedAt: window, closedBy: 'redrive' },
          select: { closedAt: true },
        }),
        prisma.waitingRecord.findMany({
          where: { stream, partition, offset: window, deadCode: 'held-overflow' },
          select: { offset: true },
        }),
      ]);
      const waiting = [
        ...dead.map((row): WaitingRecord => ({ kind: 'dead', ...placeOf(row), key: textOf(row.queueKey) })),
        ...held.map((row): WaitingRecord => {
          return { kind: 'held', ...placeOf(row), key: textOf(row.queueKey) ?? '', record: rawRecordOf(row) };
        }),
      ].sort((a, b) => a.place - b.place);
      return {
        offset,
        waiting,
        redrives: redrives.map(({ closedAt }) => Number(closedAt)),
        overflowed: overflowed.map((row) => Number(row.offset)),
      };
    });
  }

  list(filter: DeadLetterFilter, after: Place | null, limit: number): Promise<readonly DeadLetter[]> {
    return reachingStore(async () => {
      const rows = await this.metadata.prisma.waitingRecord.findMany({
        where: { AND: [wanted(filter), after === null ? {} : beyond(after)] },
        orderBy: [{ stream: 'asc' }, { partition: 'asc' }, { offset: 'asc' }],
        take: limit,
        select: LETTER,
      });
      return rows.map(letterOf);
    });
  }

  groups(stream: string | null, limit: number): Promise<readonly DeadLetterGroup[]> {
    return reachingStore(async () => {
      const { rows } = await this.metadata.pool.query<GroupRow>(
        `SELECT stream, dead_code, dead_reason, count(*) AS count, min(appended_at_ms) AS oldest,
           max(appended_at_ms) AS newest, min(ARRAY[partition, at_offset]) AS example
         FROM public.waiting_record
         WHERE dead_code IS NOT NULL AND closed_at IS NULL AND ($1::text IS NULL OR stream = $1)
         GROUP BY stream, dead_code, dead_reason ORDER BY count DESC, stream, dead_code, dead_reason LIMIT $2`,
        [stream, limit],
      );
      return rows.map(({ example: [partition, offset], ...row }) => ({
        stream: row.stream,
        code: row.dead_code,
        reason: row.dead_reason,
        count: Number(row.count),
        oldestAppendedAtMs: Number(row.oldest),
        newestAppendedAtMs: Number(row.newest),
        example: { partition: Number(partition), offset: Number(offset) },
      }));
    });
  }

  get({ stream, partition }: Partition, offset: Offset): Promise<LetterAndRecord | null> {
    return reachingStore(async () => {
      const row = await this.metadata.prisma.waitingRecord.findFirst({
        where: { stream, partition, offset: BigInt(offset), deadCode: { not: null } },
        select: { ...LETTER, ...RAW },
      });
      return row === null ? null : { letter: letterOf(row), record: rawRecordOf(row) };
    });
  }

  untold({ stream, partition }: Partition, limit: number): Promise<readonly LetterAndRecord[]> {
    return reachingStore(async () => {
      const rows = await this.metadata.prisma.waitingRecord.findMany({
        where: { stream, partition, toldAt: null, deadCode: { not: null } },
        orderBy: { offset: 'asc' },
        take: limit,
        select: { ...LETTER, ...RAW },
      });
      return rows.map((row) => ({ letter: letterOf(row), record: rawRecordOf(row) }));
    });
  }

  noteTold({ stream, partition }: Partition, offsets: readonly Offset[]): Promise<void> {
    return reachingStore(async () => {
      await this.metadata.prisma.waitingRecord.updateMany({
        where: { stream, partition, offset: { in: offsets.map(BigInt) } },
        data: { toldAt: new Date() },
      });
    });
  }

  addAction({ resolution, requestedAtMs, appendedAt, ...action }: DeadLetterAction): Promise<void> {
    return reachingStore(async () => {
      try {
        await this.metadata.prisma.deadLetterAction.create({
          data: {
            ...action,
            ...{ kind: resolution.kind, offset: BigInt(resolution.target) },
            requestedAt: new Date(requestedAtMs),
            appendedAt: appendedAt === null ? null : BigInt(appendedAt),
          },
        });
      } catch (error) {
        if (!isConstraintViolation(error)) throw error;
        throw new TwofoldError('conflict', `there is an action ${action.id} already`);
      }
    });
  }

  completeAction(id: string, appendedAt: Offset): Promise<void> {
    return reachingStore(async () => {
      const data = { appendedAt: BigInt(appendedAt) };
      await this.metadata.prisma.deadLetterAction.updateMany({ where: { id }, data });
    });
  }

  actionsOf({ stream, partition }: Partition, offset: Offset, limit: number): Promise<readonly DeadLetterAction[]> {
    return reachingStore(async () => {
      const rows = await this.metadata.prisma.deadLetterAction.findMany({
        where: { stream, partition, offset: BigInt(offset) },
        orderBy: { sequence: 'asc' },
        take: limit,
      });
      return rows.map(({ id, kind, by, note, corrected, requestedAt, appendedAt }) => ({
        ...{ id, stream, partition, by, note, corrected },
        resolution: { kind: kind as ResolutionKind, target: offset },
        requestedAtMs: requestedAt.getTime(),
        appendedAt: appendedAt === null ? null : Number(appendedAt),
      }));
    });
  }
}

type GroupRow = {
  readonly stream: string;
  readonly dead_code: DeadCode;
  readonly dead_reason: string;
  readonly count: string;
  readonly oldest: string;
  readonly newest: string;
  readonly example: readonly [string, string];
};

const wanted = ({ stream, code, reason, state }: DeadLetterFilter) => ({
  ...(stream === null ? {} : { stream }),
  deadCode: code ?? { not: null },
  ...(reason === null ? {} : { deadReason: reason }),
  ...(state === null ? {} : { closedAt: state === 'open' ? null : { not: null } }),
});

const beyond = ({ stream, partition, offset }: Place) => ({
  OR: [
    { stream: { gt: stream } },
    { stream, partition: { gt: partition } },
    { stream, partition, offset: { gt: BigInt(offset) } },
  ],
});

function letterOf(row: {
  readonly stream: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly queueKey: Uint8Array | null;
  readonly deadCode: string | null;
  readonly deadReason: string | null;
  readonly eventType: string;
  readonly appendedAtMs: bigint;
  readonly closedAt: bigint | null;
  readonly closedBy: string | null;
}): DeadLetter {
  const { stream, partition, eventType, closedAt } = row;
  return {
    ...{ stream, partition, offset: Number(row.offset), eventType },
    code: row.deadCode as DeadCode,
    reason: row.deadReason ?? '',
    key: textOf(row.queueKey),
    appendedAtMs: Number(row.appendedAtMs),
    closed: closedAt === null ? null : { at: Number(closedAt), by: row.closedBy as ResolutionKind },
  };
}

const placeOf = ({ offset, place }: { readonly offset: bigint; readonly place: bigint }) => ({
  offset: Number(offset),
  place: Number(place),
});

const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString());
