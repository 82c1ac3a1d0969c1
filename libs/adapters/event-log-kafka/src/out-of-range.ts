import { TwofoldError, partitionName, type Offset, type Partition } from '@twofold/core';

export const outOfRange = (partition: Partition, from: Offset): TwofoldError =>
  new TwofoldError('offset-out-of-range', `${partitionName(partition)} does not hold offset ${from}`);
