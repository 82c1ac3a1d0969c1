import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase } from '@twofold/testkit';
import { migrate } from './migrate.js';
import { openMetadata, type Metadata } from './open-metadata.js';
import { isConstraintViolation } from './store-errors.js';

describe('the manifest of the archive, by what the database itself enforces', () => {
  const database = testDatabase();
  let metadata: Metadata;
  let partition = 0;
  beforeAll(async () => {
    await migrate(database.url);
    metadata = await openMetadata(database.url);
  });
  afterAll(async () => {
    await metadata.close();
    await database.drop();
  });

  /** Ranges of a partition of its own, written one after the other. */
  const archive = async (...ranges: readonly (readonly [from: number, to: number])[]): Promise<void> => {
    partition += 1;
    for (const range of ranges) await add(partition, range);
  };
  const add = (of: number, [from, to]: readonly [from: number, to: number]) =>
    metadata.prisma.archiveRange.create({
      data: { edition: 1, stream: 'things', partition: of, fromOffset: from, toOffset: to, deadLetters: 0 },
    });
  const refusal = async (work: Promise<unknown>): Promise<boolean> =>
    work.then(
      () => false,
      (error: unknown) => isConstraintViolation(error),
    );

  it('takes ranges that follow each other from 0', async () => {
    await archive([0, 10], [10, 11], [11, 500]);
    const { _max } = await metadata.prisma.archiveRange.aggregate({ where: { partition }, _max: { toOffset: true } });
    expect(_max.toOffset).toBe(500n);
  });

  it.each([
    ['a range that does not begin at the start', [[5, 10]]],
    [
      'a gap',
      [
        [0, 10],
        [11, 20],
      ],
    ],
    [
      'a range twice',
      [
        [0, 10],
        [0, 10],
      ],
    ],
    [
      'two that begin together',
      [
        [0, 10],
        [10, 20],
        [10, 30],
      ],
    ],
    [
      'two that end together',
      [
        [0, 10],
        [10, 20],
        [5, 20],
      ],
    ],
    [
      'one inside another',
      [
        [0, 10],
        [3, 5],
      ],
    ],
    [
      'one across a seam',
      [
        [0, 10],
        [10, 20],
        [5, 15],
      ],
    ],
    [
      'an empty range',
      [
        [0, 10],
        [10, 10],
      ],
    ],
    [
      'a range backwards',
      [
        [0, 10],
        [10, 5],
      ],
    ],
    ['a negative offset', [[-5, 10]]],
  ] as const)('refuses %s', async (_, ranges) => {
    expect(await refusal(archive(...ranges))).toBe(true);
  });

  it('refuses to take a range out of the middle', async () => {
    await archive([0, 10], [10, 20]);
    expect(await refusal(metadata.prisma.archiveRange.deleteMany({ where: { partition, fromOffset: 0 } }))).toBe(true);
  });

  it('has one winner when several append the same range', async () => {
    await archive([0, 10]);
    const refused = await Promise.all(
      Array.from({ length: 10 }, (_, index) => refusal(add(partition, [10, 20 + index]))),
    );
    expect(refused.filter((was) => !was)).toHaveLength(1);
  });

  it('refuses a file of a range that is not there', async () => {
    const file = {
      edition: 1,
      stream: 'things',
      partition: 999,
      fromOffset: 0,
      eventType: null,
      rowCount: 1,
      location: '/archive/file',
    };
    expect(await refusal(metadata.prisma.archiveFile.create({ data: file }))).toBe(true);
  });

  it('says the same when it is pg that asks', async () => {
    const gap = metadata.pool.query(
      `INSERT INTO archive_range (edition, stream, partition, from_offset, to_offset, dead_letters) VALUES (1, 'things', 998, 5, 6, 0)`,
    );
    expect(await refusal(gap)).toBe(true);
  });
});
