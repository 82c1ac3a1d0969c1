import {
  TwofoldError,
  headersOfResolution,
  partitionName,
  type EnvelopeReader,
  type Offset,
  type Partition,
  type RawHeader,
  type RawRecord,
  type Resolution,
} from '@twofold/core';
import type {
  Clock,
  DeadLetter,
  DeadLetterAction,
  DeadLetterFilter,
  DeadLetters,
  EventLogWriter,
  OutgoingRecord,
} from '@twofold/ports';

export type ResolvePorts = {
  readonly log: Pick<EventLogWriter, 'appendTo'>;
  readonly deadLetters: Pick<DeadLetters, 'get' | 'list' | 'addAction' | 'completeAction'>;
  readonly readEnvelope: EnvelopeReader;
  readonly clock: Clock;
  readonly newId: () => string;
};

/** Who decided, and why. */
export type Decision = {
  readonly kind: Resolution['kind'];
  readonly by: string;
  readonly note: string | null;
};

/** Letters that one call resolves at most: some seconds of work. */
export const MAX_RESOLVED_AT_ONCE = 1_000;

/**
 * Resolves a dead letter: writes down who does what, appends the resolution to the partition, and writes down where it stands. It
 * takes effect where readers come to it, for all of them alike. `corrected`: a CloudEvent, as `JSON.parse` gives it, in the
 * place of the record; undefined: the record as it is, which helps once the catalog can read it.
 *
 * Killed before the append: an action that nothing came of. Killed after it: an action that does not know its place. In both
 * cases the same request again is right: of several resolutions the first on the log counts, and the others change nothing.
 *
 * Rejects with `not-found` for what is not dead, or not archived yet; `conflict` where it is known to be resolved; what ingest
 * would refuse `corrected` with, or `invalid-value` where it is of another stream or key; `log-unavailable`; `store-unavailable`.
 */
export async function resolveDeadLetter(
  ports: ResolvePorts,
  partition: Partition,
  offset: Offset,
  decision: Decision,
  corrected: unknown,
): Promise<DeadLetterAction> {
  const found = await ports.deadLetters.get(partition, offset);
  const place = `${partitionName(partition)}/${offset}`;
  if (found === null)
    throw new TwofoldError('not-found', `there is no dead letter ${place}, or it is not archived yet`);
  const { letter, record } = found;
  if (letter.closed !== null) {
    const { by, at } = letter.closed;
    throw new TwofoldError('conflict', `${place} is resolved: ${by} at offset ${at}`);
  }
  const event = corrected === undefined ? null : correctedRecord(ports.readEnvelope, letter, corrected);
  return resolve(ports, letter, event ?? record, decision, corrected);
}

export type ResolvedAlike = {
  readonly resolved: number;
  /** The last one looked at: what follows it was not. null: there is no more. */
  readonly next: (Partition & { readonly offset: Offset }) | null;
};

/**
 * Resolves open dead letters of one kind, from a place on, in the order of the log: so, of each key, in its order. Killed on the way, some are
 * resolved; the same request again is right, as for one.
 *
 * Rejects as {@link resolveDeadLetter} does; then some are resolved.
 */
export async function resolveAlike(
  ports: ResolvePorts,
  alike: Omit<DeadLetterFilter, 'state'>,
  after: (Partition & { readonly offset: Offset }) | null,
  limit: number,
  decision: Decision,
): Promise<ResolvedAlike> {
  const letters = await ports.deadLetters.list(
    { ...alike, state: 'open' },
    after,
    Math.min(limit, MAX_RESOLVED_AT_ONCE),
  );
  for (const letter of letters) {
    const found = await ports.deadLetters.get(letter, letter.offset);
    if (found?.letter.closed === null) await resolve(ports, letter, found.record, decision, undefined);
  }
  const last = letters.length < Math.min(limit, MAX_RESOLVED_AT_ONCE) ? undefined : letters.at(-1);
  const next = last === undefined ? null : { stream: last.stream, partition: last.partition, offset: last.offset };
  return { resolved: letters.length, next };
}

async function resolve(
  { log, deadLetters, clock, newId }: ResolvePorts,
  { stream, partition, offset }: DeadLetter,
  event: Pick<RawRecord, 'key' | 'value' | 'headers'>,
  { kind, by, note }: Decision,
  corrected: unknown,
): Promise<DeadLetterAction> {
  const resolution: Resolution = { kind, target: offset };
  const action: DeadLetterAction = {
    ...{ id: newId(), stream, partition, resolution, by, note },
    corrected: corrected === undefined ? null : JSON.stringify(corrected),
    requestedAtMs: clock.now(),
    appendedAt: null,
  };
  await deadLetters.addAction(action);
  const [appendedAt] = await log.appendTo({ stream, partition }, [resolvingRecord(resolution, event)]);
  if (appendedAt === undefined) throw new TwofoldError('internal', 'a record was appended nowhere');
  await deadLetters.completeAction(action.id, appendedAt);
  return { ...action, appendedAt };
}

/** A discard needs none of the record but its key, which keeps it with what it is about. */
function resolvingRecord(
  resolution: Resolution,
  { key, value, headers }: Pick<RawRecord, 'key' | 'value' | 'headers'>,
): OutgoingRecord {
  const own = headersOfResolution(resolution);
  if (resolution.kind === 'discard') return { key, value: null, headers: own };
  const names = new Set(own.map(([name]) => name));
  return { key, value, headers: [...headers.filter(([name]) => !names.has(name)), ...own] };
}

function correctedRecord(
  readEnvelope: EnvelopeReader,
  { stream, key }: DeadLetter,
  corrected: unknown,
): OutgoingRecord {
  const outcome = readEnvelope(corrected);
  if (outcome.kind === 'refused') {
    const { code, message, pointer } = outcome.problem;
    throw new TwofoldError(code, message, `/event${pointer}`);
  }
  if (outcome.stream !== stream)
    throw new TwofoldError('invalid-value', `it belongs to the stream ${outcome.stream}, not ${stream}`, '/event/type');
  const { record } = outcome;
  if (key !== null && record.key !== key)
    throw new TwofoldError(
      'invalid-value',
      `its subject is not the record's key ${JSON.stringify(key)}`,
      '/event/subject',
    );
  const headers = Object.entries(record.headers).map(([name, text]): RawHeader => [name, Buffer.from(text)]);
  return { key: Buffer.from(record.key), value: Buffer.from(record.value), headers };
}
