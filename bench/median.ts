export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** a ÷ b round by round: median, with the least and greatest. */
export function ratioOf(a: readonly number[], b: readonly number[]): string {
  const ratios = a.map((value, round) => value / (b[round] ?? NaN));
  const show = (value: number): string => value.toFixed(2);
  return `${show(median(ratios))} (${show(Math.min(...ratios))}–${show(Math.max(...ratios))})`;
}
