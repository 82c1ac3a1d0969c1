import type { Verdict } from './archived-event.js';

/** How many records of a range of offsets are folded into nothing, and why. */
export type SetAside = {
  /** They are not the events that they say they are. */
  readonly deadLetters: number;
  /** The same events stand before them. */
  readonly duplicates: number;
};

export const NOTHING_ASIDE: SetAside = { deadLetters: 0, duplicates: 0 };

export const sumAside = (counts: readonly SetAside[]): SetAside => ({
  deadLetters: counts.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
  duplicates: counts.reduce((sum, { duplicates }) => sum + duplicates, 0),
});

export const asideOf = (records: readonly { readonly verdict: Verdict }[]): SetAside => ({
  deadLetters: records.filter(({ verdict }) => verdict.kind === 'dead').length,
  duplicates: records.filter(({ verdict }) => verdict.kind === 'duplicate').length,
});
