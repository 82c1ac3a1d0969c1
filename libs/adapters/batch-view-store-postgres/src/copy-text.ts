import type { Scalar } from '@twofold/core';

/** What COPY's text format gives a meaning to; everything else stands for itself. */
const SPECIAL = /[\\\t\n\r]/g;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const NULL = '\\N';

/** The columns of a row as one line of COPY's text format. */
export const copyLine = (columns: readonly Scalar[]): string => `${columns.map(copyText).join('\t')}\n`;

function copyText(value: Scalar): string {
  if (value === null) return NULL;
  if (typeof value !== 'string') return String(value);
  return value.replace(SPECIAL, (character) => ESCAPED[character] ?? character);
}
