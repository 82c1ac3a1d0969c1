import { RANK_BITS, REGISTERS, decodeRegisters } from './registers-part.js';

/** 1 ÷ (2 ln 2): the constant of the estimator as the number of registers grows. */
const ALPHA = 0.721_347_520_444_481_7;

/**
 * How many different values raised the registers: the improved raw estimator of Ertl, "New cardinality estimation algorithms
 * for HyperLogLog sketches" (2017), algorithm 6. It needs no table and no switch between ranges; standard error
 * 1.04 ÷ √4096 = 1.63 % from few values up to 10^18, and nearly none for less than a hundred. A whole number.
 */
export function estimateOf(state: string): number {
  const histogram = new Array<number>(RANK_BITS + 2).fill(0);
  for (const [, rank] of decodeRegisters(state)) histogram[rank] = (histogram[rank] ?? 0) + 1;
  const raised = histogram.reduce((sum, count) => sum + count, 0);
  if (raised === 0) return 0;
  let z = REGISTERS * tau(1 - (histogram[RANK_BITS + 1] ?? 0) / REGISTERS);
  for (let rank = RANK_BITS; rank >= 1; rank--) z = 0.5 * (z + (histogram[rank] ?? 0));
  z += REGISTERS * sigma((REGISTERS - raised) / REGISTERS);
  return Math.round((ALPHA * REGISTERS * REGISTERS) / z);
}

/** Corrects for registers that no value has raised. */
function sigma(share: number): number {
  if (share === 1) return Infinity;
  let power = share;
  let factor = 1;
  let sum = share;
  for (let before = -1; sum !== before;) {
    before = sum;
    power *= power;
    sum += power * factor;
    factor += factor;
  }
  return sum;
}

/** Corrects for registers at the greatest rank. */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let root = share;
  let factor = 1;
  let sum = 1 - share;
  for (let before = -1; sum !== before;) {
    before = sum;
    root = Math.sqrt(root);
    factor *= 0.5;
    sum -= (1 - root) ** 2 * factor;
  }
  return sum / 3;
}
