import {
  MAX_ATTRIBUTE_NAME_LENGTH,
  MAX_EXTENSIONS,
  MAX_EXTENSION_LENGTH,
  invalidEnvelope,
  missingAttribute,
  pointerTo,
  quoted,
  type EventProblem,
} from './envelope.js';

/** Why a required attribute is not text of 1 to `maxLength` UTF-16 units; null: it is. */
export function textProblem(name: string, value: unknown, maxLength: number): EventProblem | null {
  if (value === undefined || value === null) return missingAttribute(name);
  if (typeof value !== 'string' || value === '')
    return invalidEnvelope(`/${name}`, `${name} must be a non-empty string`);
  if (value.length > maxLength) return invalidEnvelope(`/${name}`, `${name} must have at most ${maxLength} characters`);
  if (isAttributeText(value)) return null;
  return invalidEnvelope(`/${name}`, `${name} must be Unicode text without control characters and noncharacters`);
}

/** The characters of RFC 3986 and whole percent escapes; what they spell is the source's own affair. */
export const isUriReference = (text: string): boolean => URI_REFERENCE.test(text);
const URI_REFERENCE = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;

/** Puts every attribute that CloudEvents does not define among the headers; an unset one (null) is left out. */
export function addExtensions(
  event: Readonly<Record<string, unknown>>,
  headers: Record<string, string>,
): EventProblem | null {
  let count = 0;
  for (const name in event) {
    if (DEFINED.has(name)) continue;
    const value = event[name];
    if (name === 'data_base64') return invalidEnvelope('/data_base64', 'data must be a JSON object in "data"');
    if (!EXTENSION_NAME.test(name)) {
      const rule = `of 1 to ${MAX_ATTRIBUTE_NAME_LENGTH} lower-case letters and digits`;
      return invalidEnvelope(pointerTo(name), `${quoted(name)} is no attribute: its name must be made ${rule}`);
    }
    if (value === null) continue;
    if (++count > MAX_EXTENSIONS) {
      return invalidEnvelope(pointerTo(name), `an event has at most ${MAX_EXTENSIONS} extension attributes`);
    }
    const text = extensionText(value);
    if (text === null) {
      const rule = `text of at most ${MAX_EXTENSION_LENGTH} characters, a 32-bit integer or a boolean`;
      return invalidEnvelope(pointerTo(name), `the extension attribute ${name} must be ${rule}`);
    }
    headers[`ce_${name}`] = text;
  }
  return null;
}

const EXTENSION_NAME = new RegExp(`^[a-z0-9]{1,${MAX_ATTRIBUTE_NAME_LENGTH}}$`);
const DEFINED = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'dataschema',
  'datacontenttype',
  'data',
]);

/** The canonical text of an attribute's value (CloudEvents 1.0, section 2.4); null: it has no such type. */
function extensionText(value: unknown): string | null {
  if (typeof value === 'string') return value.length <= MAX_EXTENSION_LENGTH && isAttributeText(value) ? value : null;
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' && (value | 0) === value ? String(value | 0) : null;
}

/** CloudEvents 1.0, section 2.4, String: no control characters, no noncharacters, no half of a surrogate pair. */
const isAttributeText = (text: string): boolean => PLAIN_TEXT.test(text) || !FORBIDDEN_IN_TEXT.test(text);
const PLAIN_TEXT = /^[ -~]*$/;
const FORBIDDEN_IN_TEXT = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;
