import { decodeParts, encodeParts, type ViewRow, type SetAside } from '@twofold/core';
import type { SpeedRecord } from '@twofold/ports';
import { dimensionsIn, groupNameOf } from './group-name.js';

/** Window and parts of each row, one after the other, by the name of its group. */
export function cellsByGroup(rows: readonly ViewRow[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const row of rows) {
    const name = groupNameOf(row.dimensions);
    const cells = groups.get(name);
    if (cells === undefined) groups.set(name, [`${row.window}`, encodeParts(row.parts)]);
    else cells.push(`${row.window}`, encodeParts(row.parts));
  }
  return groups;
}

/** The rows of a reply: per group its name and its cells. */
export function rowsOf(groups: readonly unknown[]): ViewRow[] {
  const rows: ViewRow[] = [];
  for (let index = 0; index < groups.length; index += 2) {
    const dimensions = dimensionsIn(String(groups[index]));
    const cells = groups[index + 1] as readonly string[];
    for (let cell = 0; cell < cells.length; cell += 2) {
      rows.push({ dimensions, window: Number(cells[cell]), parts: decodeParts(cells[cell + 1] ?? '[]') });
    }
  }
  return rows;
}

/** The record of its fields' text, see script.ts. */
export function recordOf(applied: string, appliedAtMs: string, epochs: string): SpeedRecord {
  return {
    applied: Number(applied),
    appliedAtMs: appliedAtMs === '' ? null : Number(appliedAtMs),
    epochs: epochs.split(';').map((text) => {
      const [start, end, aside = ''] = text.split(',');
      return { start: Number(start), end: end === '' ? null : Number(end), ...asideOfText(aside) };
    }),
  };
}

/** What is set aside, as an epoch has it, between strokes: dead letters, duplicates, held. What an old one does not say is none. */
export const asideText = ({ deadLetters, duplicates, held }: SetAside): string =>
  `${deadLetters}/${duplicates}/${held}`;

function asideOfText(text: string): SetAside {
  const [deadLetters, duplicates = '0', held = '0'] = text.split('/');
  return { deadLetters: Number(deadLetters), duplicates: Number(duplicates), held: Number(held) };
}
