import {
  TwofoldError,
  isFinal,
  isUnderWay,
  readReplayEvent,
  replayOf,
  type Replay,
  type ReplayEvent,
} from '@twofold/core';
import { isConstraintViolation, reachingStore, type Metadata } from '@twofold/metadata';
import type { JournaledReplay, ReplayJournal } from '@twofold/ports';

type EventRecord = NonNullable<Awaited<ReturnType<Metadata['prisma']['replayEvent']['findUnique']>>>;

const OLDEST_FIRST = [{ requestedAt: 'asc' as const }, { sequence: 'asc' as const }];
const NEWEST_FIRST = [{ requestedAt: 'desc' as const }, { sequence: 'desc' as const }];
const IN_ORDER = { orderBy: { sequence: 'asc' as const } };

/**
 * A row for each event, and one for each replay by which it is found and by which appends exclude each other. The metadata is
 * the caller's: `close` leaves it open.
 */
export class PostgresReplayJournal implements ReplayJournal {
  constructor(private readonly metadata: Metadata) {}

  get(id: string): Promise<JournaledReplay | null> {
    return reachingStore(async () => {
      const events = await this.prisma.replayEvent.findMany({ where: { replayId: id }, ...IN_ORDER });
      return events.length === 0 ? null : { replay: replayOf(events.map(eventOf)), length: events.length };
    });
  }

  events(id: string, after: number, limit: number): Promise<readonly ReplayEvent[]> {
    return reachingStore(async () => {
      const where = { replayId: id, sequence: { gt: after } };
      return (await this.prisma.replayEvent.findMany({ where, ...IN_ORDER, take: limit })).map(eventOf);
    });
  }

  append(id: string, length: number, events: readonly ReplayEvent[]): Promise<boolean> {
    return reachingStore(async () => {
      const standing = await this.events(id, 0, length + 1);
      if (standing.length !== length) return false;
      // nothing that stands ever changes, so this is the replay after the append, if that finds the same length
      const replay = replayOf([...standing, ...events]);
      try {
        return await this.write(id, length, events, replay);
      } catch (error) {
        if (!isConstraintViolation(error)) throw error;
        if (length === 0 && (await this.get(id)) !== null) return false;
        const { name, version } = replay.view;
        throw new TwofoldError('conflict', `another replay of version ${version} of ${name} is under way`);
      }
    });
  }

  list(limit: number, viewName: string | null): Promise<readonly Replay[]> {
    return reachingStore(async () => {
      const where = viewName === null ? {} : { viewName };
      const found = await this.prisma.replay.findMany({
        ...{ where, orderBy: NEWEST_FIRST, take: limit },
        include: { events: IN_ORDER },
      });
      return found.map(({ events }) => replayOf(events.map(eventOf)));
    });
  }

  unfinished(): Promise<readonly Replay[]> {
    return reachingStore(async () => {
      const found = await this.prisma.replay.findMany({
        ...{ where: { isFinal: false }, orderBy: OLDEST_FIRST },
        include: { events: IN_ORDER },
      });
      return found.map(({ events }) => replayOf(events.map(eventOf)));
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The row of the replay first: of two appends the second waits there, and then finds another length. */
  private write(id: string, length: number, events: readonly ReplayEvent[], replay: Replay): Promise<boolean> {
    const found = {
      ...{ length: length + events.length, phase: replay.phase },
      ...{ isUnderWay: isUnderWay(replay), isFinal: isFinal(replay) },
    };
    return this.prisma.$transaction(async (transaction) => {
      if (length === 0) {
        const requestedAt = new Date(replay.requestedAtMs);
        const { name: viewName, version: viewVersion } = replay.view;
        await transaction.replay.create({ data: { id, viewName, viewVersion, requestedAt, ...found } });
      } else {
        const { count } = await transaction.replay.updateMany({ where: { id, length }, data: found });
        if (count === 0) return false;
      }
      await transaction.replayEvent.createMany({
        data: events.map(({ atMs, data, ...event }, index) => ({
          ...{ replayId: id, sequence: length + index + 1, at: new Date(atMs) },
          ...event,
          data: data as object,
        })),
      });
      return true;
    });
  }

  private get prisma() {
    return this.metadata.prisma;
  }
}

const eventOf = ({ type, version, at, by, note, data }: EventRecord): ReplayEvent =>
  readReplayEvent({ type, version, atMs: at.getTime(), by, note, data });
