import { TwofoldError, partitionName, type Offset, type Partition } from '@twofold/core';

/** `bounds`: where the partition begins and ends now, if that could be asked. */
export function outOfRange(
  partition: Partition,
  from: Offset,
  bounds: { readonly start: Offset; readonly end: Offset } | null,
): TwofoldError {
  const holds = bounds === null ? '' : `: it begins at ${bounds.start} and ends at ${bounds.end}`;
  return new TwofoldError('offset-out-of-range', `${partitionName(partition)} does not hold offset ${from}${holds}`);
}
