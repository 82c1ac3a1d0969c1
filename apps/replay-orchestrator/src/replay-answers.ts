import { viewNamed, type Replay } from '@twofold/core';
import {
  commandReplay,
  describeReplay,
  planReplay,
  requestReplay,
  type CarryOnPorts,
  type CommandReplayPorts,
  type DescribeReplayPorts,
  type ReplayProgress,
  type RequestReplayPorts,
} from '@twofold/flows';
import type { ReplayJournal, ViewVersions } from '@twofold/ports';
import {
  presentEvents,
  presentPlan,
  presentReplay,
  presentVersion,
  type PresentedPlan,
  type PresentedReplay,
  type PresentedReplayEvent,
  type PresentedVersion,
} from './present-replay.js';
import {
  readCommand,
  readEvents,
  readId,
  readList,
  readPlan,
  readRequest,
  type CommandKind,
  type ReplayDefaults,
} from './replay-requests.js';

export type ReplayPorts = RequestReplayPorts &
  CommandReplayPorts &
  CarryOnPorts &
  DescribeReplayPorts & { readonly journal: ReplayJournal; readonly versions: ViewVersions };

/** What is asked of replays, by REST and GraphQL alike: a request comes as it is and is read here, a flow does it, what came of it is shown. */
export type ReplayAnswers = {
  plan(view: string, body: unknown): Promise<PresentedPlan>;
  start(view: string, body: unknown): Promise<PresentedReplay>;
  command(id: string, kind: CommandKind, body: unknown): Promise<PresentedReplay>;
  /** Newest first. */
  list(query: unknown): Promise<readonly PresentedReplay[]>;
  get(id: string): Promise<PresentedReplay & { readonly progress: ReplayProgress }>;
  /** In order; `next` is the next page's `after`. */
  events(
    id: string,
    query: unknown,
  ): Promise<{ readonly events: readonly PresentedReplayEvent[]; readonly next: number | null }>;
  /** In order of registration. */
  versions(view: string): Promise<readonly PresentedVersion[]>;
};

/** Replays of a view that are looked through for those that built its versions. */
const LOOKED_THROUGH_REPLAYS = 100;

export function replayAnswers(ports: ReplayPorts, defaults: ReplayDefaults): ReplayAnswers {
  const { catalog, journal, versions } = ports;
  const described = (id: string): Promise<{ replay: Replay; progress: ReplayProgress }> =>
    describeReplay(ports, readId(id));
  return {
    plan: async (view, body) => presentPlan(await planReplay(ports, readPlan(view, body))),
    start: async (view, body) => {
      const { request, who } = readRequest(view, body);
      return presentReplay(await requestReplay(ports, request, who));
    },
    command: async (id, kind, body) => {
      const { command, who } = readCommand(kind, body, defaults);
      return presentReplay(await commandReplay(ports, readId(id), command, who));
    },
    list: async (query) => {
      const { view, limit } = readList(query);
      if (view !== null) viewNamed(catalog, view);
      return (await journal.list(limit, view)).map(presentReplay);
    },
    get: async (id) => {
      const { replay, progress } = await described(id);
      return { ...presentReplay(replay), progress };
    },
    events: async (id, query) => {
      const { after, limit } = readEvents(query);
      await described(id);
      const events = presentEvents(await journal.events(id, after, limit + 1), after);
      const shown = events.slice(0, limit);
      return { events: shown, next: events.length > limit ? after + limit : null };
    },
    versions: async (view) => {
      const declared = viewNamed(catalog, view).id.version;
      const [known, replays] = await Promise.all([versions.list([view]), journal.list(LOOKED_THROUGH_REPLAYS, view)]);
      return known.map((version) => presentVersion(version, declared, replays));
    },
  };
}
