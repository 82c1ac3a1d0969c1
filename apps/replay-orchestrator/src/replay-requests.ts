import type { ReplayCommand } from '@twofold/core';
import type { ReplayRequest, WantedReplay } from '@twofold/flows';
import { z } from 'zod';
import { DEFAULT_LIMIT } from './read-limit.js';
import { decision, limit, read, text } from './read-request.js';

/** The batch engines that the builders have. */
export const ENGINES = ['duckdb', 'fold'] as const;

/** What is asked for at most, events a second: more than any engine computes. */
const MAX_EVENTS_PER_SECOND = 1_000_000_000;
/** Longer than any version, or id of a replay, characters. */
const MAX_NAME_LENGTH = 200;

/** Longer than any time as ISO 8601 has it, characters. */
const MAX_TIME_LENGTH = 64;
/** As many as a stream has, at most. */
const MAX_PARTITIONS = 256;

/** What a replay has where nothing is said. */
export type ReplayDefaults = {
  /** How long the version that does not serve is kept after a move, milliseconds. */
  readonly keepMs: number;
};

export type Who = { readonly by: string; readonly note: string | null };

export type CommandKind = ReplayCommand['kind'];

const COMMANDS: readonly CommandKind[] = ['pause', 'resume', 'throttle', 'cancel', 'promote', 'rollback'];

export const isCommandKind = (text: string): text is CommandKind => COMMANDS.some((kind) => kind === text);

const eventsPerSecond = z.int().min(1).max(MAX_EVENTS_PER_SECOND);
const wanted = {
  version: text(MAX_NAME_LENGTH).min(1).nullish(),
  engine: z.enum(ENGINES).nullish(),
  windows: z.strictObject({ from: text(MAX_TIME_LENGTH), to: text(MAX_TIME_LENGTH) }).nullish(),
  partitions: z.array(z.int().min(0)).max(MAX_PARTITIONS).nullish(),
};
const plan = z.strictObject(wanted);
const request = z.strictObject({
  ...wanted,
  eventsPerSecond: eventsPerSecond.nullish(),
  promoteWithin: z.strictObject({ rows: z.int().min(0), share: z.number().min(0).max(1) }).nullish(),
  ...decision,
});
const command = z.strictObject(decision);
const throttle = z.strictObject({ eventsPerSecond: eventsPerSecond.nullable(), ...decision });
const list = z.strictObject({ view: z.string().optional(), limit: limit.default(DEFAULT_LIMIT) });
const events = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .transform(Number)
    .default(0),
  limit: limit.default(DEFAULT_LIMIT),
});
const id = z.object({ id: text(MAX_NAME_LENGTH).min(1) });

export const readPlan = (view: string, body: unknown): WantedReplay => wantedOf(view, read(plan, body));

export function readRequest(view: string, body: unknown): { readonly request: ReplayRequest; readonly who: Who } {
  const { version, engine, windows, partitions, eventsPerSecond, promoteWithin, ...who } = read(request, body);
  return {
    request: {
      ...wantedOf(view, { version, engine, windows, partitions }),
      ...{ eventsPerSecond: eventsPerSecond ?? null, promoteWithin: promoteWithin ?? null },
    },
    who: whoOf(who),
  };
}

const wantedOf = (view: string, { version, engine, windows, partitions }: z.infer<typeof plan>): WantedReplay => ({
  ...{ view, version: version ?? null, engine: engine ?? null },
  ...{ windows: windows ?? null, partitions: partitions ?? null },
});

export function readCommand(
  kind: CommandKind,
  body: unknown,
  { keepMs }: ReplayDefaults,
): { readonly command: ReplayCommand; readonly who: Who } {
  if (kind === 'throttle') {
    const { eventsPerSecond, ...who } = read(throttle, body);
    return { command: { kind, eventsPerSecond }, who: whoOf(who) };
  }
  const who = whoOf(read(command, body));
  return { command: kind === 'promote' || kind === 'rollback' ? { kind, keepMs } : { kind }, who };
}

export function readList(query: unknown): { readonly view: string | null; readonly limit: number } {
  const { view, limit } = read(list, query);
  return { view: view ?? null, limit };
}

export const readEvents = (query: unknown): { readonly after: number; readonly limit: number } => read(events, query);

export const readId = (given: string): string => read(id, { id: given }).id;

const whoOf = ({ by, note }: { readonly by: string; readonly note?: string | null | undefined }): Who => ({
  by,
  note: note ?? null,
});
