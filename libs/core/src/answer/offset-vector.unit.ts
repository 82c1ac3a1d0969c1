import { describe, expect, it } from '@jest/globals';
import { isAtLeast, isOfPartitions, offsetAt, partitionName, startOf } from './offset-vector.js';

describe('an offset vector', () => {
  it('is at the start of what it does not name', () => {
    const vector = { flights: [3, 5] };
    expect(offsetAt(vector, { stream: 'flights', partition: 1 })).toBe(5);
    expect(offsetAt(vector, { stream: 'flights', partition: 2 })).toBe(0);
    expect(offsetAt(vector, { stream: 'accounts', partition: 0 })).toBe(0);
  });

  it('of a log that begins has each partition at 0', () => {
    expect(startOf({ flights: 3, accounts: 1 })).toEqual({ flights: [0, 0, 0], accounts: [0] });
  });

  it.each([
    [{ flights: [3, 5] }, { flights: [3, 5] }, true],
    [{ flights: [3, 5] }, { flights: [3, 4] }, true],
    [{ flights: [4, 4] }, { flights: [3, 5] }, false],
    [{ flights: [3, 5] }, { accounts: [1] }, false],
    [{ flights: [3] }, { flights: [3, 0], accounts: [0] }, true],
    [{}, {}, true],
  ])('%j is at least %j: %p', (vector, lowest, expected) => {
    expect(isAtLeast(vector, lowest)).toBe(expected);
  });

  it('is of partitions where it names each of them, and nothing else', () => {
    const counts = { flights: 2, accounts: 1 };
    expect(isOfPartitions({ accounts: [0], flights: [3, 5] }, counts)).toBe(true);
    for (const vector of [
      {},
      { flights: [3, 5] },
      { flights: [3], accounts: [0] },
      { flights: [3, 5, 7], accounts: [0] },
      { flights: [3, 5], accounts: [0], others: [] },
      { flights: [3, 5], others: [0] },
    ])
      expect(isOfPartitions(vector, counts)).toBe(false);
  });

  it('names its partitions', () => {
    expect(partitionName({ stream: 'flights', partition: 2 })).toBe('flights/2');
  });
});
