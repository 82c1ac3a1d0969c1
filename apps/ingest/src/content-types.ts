/** What a body can be, by its content type. */
export type BodyKind = 'json' | 'event' | 'batch' | 'lines';

const KINDS: Readonly<Record<string, BodyKind>> = {
  'application/json': 'json',
  'application/cloudevents+json': 'event',
  'application/cloudevents-batch+json': 'batch',
  'application/x-ndjson': 'lines',
};

export const CONTENT_TYPES = Object.keys(KINDS);

/** null: not taken here. Parameters such as charset do not matter: the bytes are checked to be UTF-8. */
export const bodyKindOf = (contentType: string | undefined): BodyKind | null =>
  KINDS[(contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''] ?? null;
