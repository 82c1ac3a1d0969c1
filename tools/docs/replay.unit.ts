import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { replayEvent, replayOf } from '@twofold/core';
import { buildSchema, parse, validate } from 'graphql';
import { REPLAY_SCHEMA } from '../../apps/replay-orchestrator/src/graphql/replay-schema.ts';
import { presentEvents, presentReplay, presentVersion } from '../../apps/replay-orchestrator/src/present-replay.ts';
import {
  isCommandKind,
  readCommand,
  readEvents,
  readList,
  readPlan,
  readRequest,
} from '../../apps/replay-orchestrator/src/replay-requests.ts';
import { codeBlocks, readPage } from './markdown.ts';

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const page = readPage(root, 'docs/replay.md');
const defaults = { keepMs: 1 };

const curls = codeBlocks(page, 'sh').flatMap((block) => block.split(/^(?=curl )/m));

/** Reads a request as the app does, and says what it is. */
function kindOf(curl: string): string {
  const { pathname, searchParams } = new URL(/http:\/\/127\.0\.0\.1:4002[^' \n]+/.exec(curl)?.[0] ?? '');
  const query = Object.fromEntries(searchParams);
  const body: unknown = JSON.parse(/-d '(\{.*\})'/s.exec(curl)?.[1] ?? '{}');
  const [, , collection, name = '', rest = '', last] = pathname.split('/');
  if (collection === 'views' && rest === 'versions') return `versions of ${name}`;
  if (collection === 'views' && last === 'plan') return `plan by ${readPlan(name, body).engine ?? 'default'}`;
  if (collection === 'views') return `start by ${readRequest(name, body).request.engine ?? 'default'}`;
  if (name === '') return `list of ${readList(query).view}`;
  if (rest === 'events') return `events after ${readEvents(query).after}`;
  return isCommandKind(rest) ? readCommand(rest, body, defaults).command.kind : 'replay';
}

const about = { by: 'ann', atMs: 1, note: null };
const requested = replayEvent(
  'replay.requested',
  {
    ...{ replayId: 'r', view: 'v', version: '2', before: '1', engine: 'duckdb', windows: null },
    ...{ eventsPerSecond: null, promoteWithin: null },
  },
  about,
);
const keysOf = (value: unknown): readonly string[] => Object.keys(value as object).sort();

describe('the page on replay', () => {
  it('asks for what can be asked for, by requests that are taken', () => {
    expect(curls.map(kindOf)).toEqual([
      ...['versions of delays-by-airport', 'plan by default', 'plan by fold', 'start by default', 'start by fold'],
      ...['replay', 'list of delays-by-airport', 'events after 0'],
      ...['pause', 'resume', 'throttle', 'cancel', 'promote', 'rollback', 'start by default'],
    ]);
  });

  it('shows answers as they are', () => {
    const [versions, plan, replay, events] = codeBlocks(page, 'json').map((block) => JSON.parse(block));
    const id = { name: 'v', version: '2' };
    const version = presentVersion({ view: id, state: 'serving', keptUntilMs: null } as never, '2', []);
    for (const shown of versions.versions) expect(keysOf(shown)).toEqual(keysOf(version));
    const { progress, ...shown } = replay;
    expect(keysOf(shown)).toEqual(keysOf(presentReplay(replayOf([requested]))));
    for (const shown of events.events) expect(keysOf(shown)).toEqual(keysOf(presentEvents([requested], 0)[0]));
    const fields = (type: string): readonly string[] =>
      keysOf((buildSchema(REPLAY_SCHEMA).getType(type) as { getFields(): object }).getFields());
    expect([keysOf(plan), keysOf(progress)]).toEqual([fields('ReplayPlan'), fields('Progress')]);
  });

  it('asks by GraphQL for what the schema has', () => {
    for (const query of codeBlocks(page, 'graphql'))
      expect(validate(buildSchema(REPLAY_SCHEMA), parse(query))).toEqual([]);
  });
});
