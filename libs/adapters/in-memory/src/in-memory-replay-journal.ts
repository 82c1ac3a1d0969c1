import {
  TwofoldError,
  isFinal,
  isUnderWay,
  readReplayEvent,
  replayOf,
  type Replay,
  type ReplayEvent,
} from '@twofold/core';
import type { JournaledReplay, ReplayJournal } from '@twofold/ports';

/** The meaning of a replay journal, in a map. */
export class InMemoryReplayJournal implements ReplayJournal {
  /** By id, in the order in which the replays were added. */
  private readonly journal = new Map<string, readonly ReplayEvent[]>();

  async get(id: string): Promise<JournaledReplay | null> {
    const events = this.journal.get(id);
    return events === undefined ? null : { replay: readReplay(events), length: events.length };
  }

  async events(id: string, after: number, limit: number): Promise<readonly ReplayEvent[]> {
    return (this.journal.get(id) ?? []).slice(after, after + limit).map(readReplayEvent);
  }

  async append(id: string, length: number, events: readonly ReplayEvent[]): Promise<boolean> {
    const standing = (this.journal.get(id) ?? []).map(readReplayEvent);
    if (standing.length !== length) return false;
    const all = [...standing, ...events];
    const replay = replayOf(all);
    if (isUnderWay(replay) && this.oldestFirst().some((other) => other.id !== id && isOfSame(replay, other)))
      throw new TwofoldError(
        'conflict',
        `another replay of version ${replay.view.version} of ${replay.view.name} is under way`,
      );
    this.journal.set(id, all);
    return true;
  }

  async list(limit: number, viewName: string | null): Promise<readonly Replay[]> {
    return this.oldestFirst()
      .reverse()
      .filter(({ view }) => viewName === null || view.name === viewName)
      .slice(0, limit);
  }

  async unfinished(): Promise<readonly Replay[]> {
    return this.oldestFirst().filter((replay) => !isFinal(replay));
  }

  async close(): Promise<void> {}

  /** By time of request; of the same time, by arrival. */
  private oldestFirst(): Replay[] {
    return [...this.journal.values()].map(readReplay).sort((a, b) => a.requestedAtMs - b.requestedAtMs);
  }
}

const readReplay = (events: readonly ReplayEvent[]): Replay => replayOf(events.map(readReplayEvent));

const isOfSame = ({ view }: Replay, other: Replay): boolean =>
  isUnderWay(other) && other.view.name === view.name && other.view.version === view.version;
