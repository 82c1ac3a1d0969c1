import { withExtensions } from '@twofold/platform/graphql';
import type { PresentedReplay } from '../present-replay.js';
import type { ReplayAnswers } from '../replay-answers.js';
import type { CommandKind } from '../replay-requests.js';

type Arguments = Readonly<Record<string, unknown>>;
type Resolver<Parent> = (parent: Parent, args: Arguments) => Promise<unknown>;
type Resolvers<Parent = unknown> = Readonly<Record<string, Resolver<Parent>>>;

/** The arguments of a field become the same request that REST makes. */
export function replayResolvers(answers: ReplayAnswers): {
  readonly Query: Resolvers;
  readonly Mutation: Resolvers;
  readonly Replay: Resolvers<PresentedReplay>;
} {
  const command =
    (kind: CommandKind): Resolver<unknown> =>
    (_, { id, ...body }) =>
      withExtensions(() => answers.command(String(id), kind, body));
  return {
    Query: {
      replays: (_, { limit, ...query }) =>
        withExtensions(() => answers.list({ ...given(query), ...given({ limit: textOf(limit) }) })),
      replay: (_, { id }) => withExtensions(() => answers.get(String(id))),
      viewVersions: (_, { view }) => withExtensions(() => answers.versions(String(view))),
    },
    Mutation: {
      planReplay: (_, { view, ...body }) => withExtensions(() => answers.plan(String(view), body)),
      startReplay: (_, { view, ...body }) => withExtensions(() => answers.start(String(view), body)),
      pauseReplay: command('pause'),
      resumeReplay: command('resume'),
      throttleReplay: command('throttle'),
      cancelReplay: command('cancel'),
      promoteReplay: command('promote'),
      rollbackReplay: command('rollback'),
    },
    Replay: {
      progress: ({ id }) => withExtensions(async () => (await answers.get(id)).progress),
      events: ({ id }, { after, limit }) =>
        withExtensions(() => answers.events(id, given({ after: textOf(after), limit: textOf(limit) }))),
    },
  };
}

/** A number as a query has it. */
const textOf = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value);

/** What was given: null is nothing, in a query. */
const given = (args: Arguments): Arguments =>
  Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null && value !== undefined));
