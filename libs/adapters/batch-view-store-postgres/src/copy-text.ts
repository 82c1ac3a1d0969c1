import type { Scalar, ViewRow } from '@twofold/core';

/** What COPY's text format gives a meaning to; everything else stands for itself. */
const SPECIAL = /[\\\t\n\r]/g;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const NULL = '\\N';

/** A row as one line of COPY's text format: dimensions, window, parts. */
export const copyLine = ({ dimensions, window, parts }: ViewRow): string =>
  `${[...dimensions, window, ...parts].map(copyText).join('\t')}\n`;

function copyText(value: Scalar): string {
  if (value === null) return NULL;
  if (typeof value !== 'string') return String(value);
  return value.replace(SPECIAL, (character) => ESCAPED[character] ?? character);
}
