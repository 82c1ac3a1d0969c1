/** Blocks whose letters have had their cases for decades: Basic Latin, Latin-1, Latin Extended-A, Greek, Cyrillic. */
const BLOCKS: readonly (readonly [first: number, last: number])[] = [
  [0x41, 0x7a],
  [0xc0, 0x17f],
  [0x370, 0x3ff],
  [0x400, 0x4ff],
];

/** Lower-case letters of those blocks with the one letter that is their upper case and back again. ß has none. A test pins it. */
export const LOWER_TO_UPPER: ReadonlyMap<string, string> = new Map(
  BLOCKS.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index)).flatMap((lower) => {
      const upper = lower.toUpperCase();
      const isPair = upper !== lower && upper.length === 1 && upper.toLowerCase() === lower;
      return isPair ? [[lower, upper] as const] : [];
    }),
  ),
);
