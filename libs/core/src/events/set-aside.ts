/** How many records of a range of offsets are folded into nothing, and why; of what the range resolves, less than none. */
export type SetAside = {
  /** They are not the events that they say they are, and nobody has resolved them. */
  readonly deadLetters: number;
  /** The same events stand before them. */
  readonly duplicates: number;
  /** Events that wait for a dead one of their key to be resolved. */
  readonly held: number;
};

export const NOTHING_ASIDE: SetAside = { deadLetters: 0, duplicates: 0, held: 0 };

export const sumAside = (counts: readonly SetAside[]): SetAside => counts.reduce(addAside, NOTHING_ASIDE);

export const addAside = (a: SetAside, b: SetAside): SetAside => ({
  deadLetters: a.deadLetters + b.deadLetters,
  duplicates: a.duplicates + b.duplicates,
  held: a.held + b.held,
});
