import type { RawRecord } from '@twofold/core';
import type { DeadLetter, DeadLetterAction, DeadLetterGroup } from '@twofold/ports';

export type PresentedDeadLetter = {
  readonly stream: string;
  readonly partition: number;
  readonly offset: number;
  readonly state: 'open' | 'discarded' | 'redriven';
  /** The offset of what resolved it. */
  readonly resolvedAt: number | null;
  readonly code: string;
  readonly reason: string;
  readonly type: string;
  readonly key: string | null;
  /** ISO 8601. */
  readonly appendedAt: string;
};

/** Every byte, as Base64; `text` is the value as UTF-8, for people. */
export type PresentedRecord = {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string | null; readonly text: string | null }[];
  readonly text: string | null;
};

export type PresentedAction = {
  readonly id: string;
  readonly resolution: 'discard' | 'redrive';
  readonly by: string;
  readonly note: string | null;
  /** The CloudEvent in its place. */
  readonly event: unknown;
  readonly requestedAt: string;
  /** The offset of the resolution; null: nobody knows whether it stands on the log. */
  readonly appendedAt: number | null;
};

const STATES = { discard: 'discarded', redrive: 'redriven' } as const;

export const presentDeadLetter = (letter: DeadLetter): PresentedDeadLetter => ({
  stream: letter.stream,
  partition: letter.partition,
  offset: letter.offset,
  state: letter.closed === null ? 'open' : STATES[letter.closed.by],
  resolvedAt: letter.closed?.at ?? null,
  code: letter.code,
  reason: letter.reason,
  type: letter.eventType,
  key: letter.key,
  appendedAt: instant(letter.appendedAtMs),
});

export const presentRecord = ({ key, value, headers }: RawRecord): PresentedRecord => ({
  key: base64(key),
  value: base64(value),
  headers: headers.map(([name, text]) => ({ name, value: base64(text), text: text?.toString() ?? null })),
  text: value?.toString() ?? null,
});

export const presentAction = (action: DeadLetterAction): PresentedAction => ({
  id: action.id,
  resolution: action.resolution.kind,
  by: action.by,
  note: action.note,
  event: action.corrected === null ? null : JSON.parse(action.corrected),
  requestedAt: instant(action.requestedAtMs),
  appendedAt: action.appendedAt,
});

export const presentGroup = ({ oldestAppendedAtMs, newestAppendedAtMs, ...group }: DeadLetterGroup) => ({
  ...group,
  oldestAt: instant(oldestAppendedAtMs),
  newestAt: instant(newestAppendedAtMs),
});

const instant = (ms: number): string => new Date(ms).toISOString();
const base64 = (bytes: Buffer | null): string | null => bytes?.toString('base64') ?? null;
