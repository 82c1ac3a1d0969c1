/** Bits of a double's significand. */
const SIGNIFICANT_BITS = 53;

/** A ratio of integers as the nearest double, ties to even: rounded once. `denominator` is positive. */
export function roundedRatio(numerator: bigint, denominator: bigint): number {
  if (numerator < 0n) return -roundedRatio(-numerator, denominator);
  const isExact = numerator <= Number.MAX_SAFE_INTEGER && denominator <= Number.MAX_SAFE_INTEGER;
  if (isExact) return Number(numerator) / Number(denominator);
  // two bits more than are kept, and one that says whether anything is left over: then rounding it is rounding the ratio
  const shift = SIGNIFICANT_BITS + 2 - (bitsOf(numerator) - bitsOf(denominator));
  const [scaled, by] =
    shift > 0 ? [numerator << BigInt(shift), denominator] : [numerator, denominator << BigInt(-shift)];
  const quotient = scaled / by;
  return scaleByPowerOf2(withSticky(quotient, scaled % by !== 0n), -shift);
}

/** The square root of a ratio of integers that are not negative, as the nearest double: rounded once. */
export function roundedRootOfRatio(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 0;
  // the quotient gets an even number of bits more, so that its root has two bits more than are kept
  const missing = 2 * (SIGNIFICANT_BITS + 2) - (bitsOf(numerator) - bitsOf(denominator));
  const shift = missing + (missing & 1);
  const [scaled, by] =
    shift > 0 ? [numerator << BigInt(shift), denominator] : [numerator, denominator << BigInt(-shift)];
  const quotient = scaled / by;
  const root = rootOf(quotient);
  const isRest = root * root !== quotient || scaled % by !== 0n;
  return scaleByPowerOf2(withSticky(root, isRest), -shift / 2);
}

const bitsOf = (value: bigint): number => value.toString(2).length;

/** One more bit at the end, which says that something is left over. */
const withSticky = (value: bigint, isRest: boolean): number => Number((value << 1n) | (isRest ? 1n : 0n)) / 2;

/** In two steps: a power of two may be beyond a double where the product is not. */
const scaleByPowerOf2 = (value: number, exponent: number): number => {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
};

/** ⌊√value⌋ by Newton's method. */
function rootOf(value: bigint): bigint {
  let root = 1n << BigInt((bitsOf(value) + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
