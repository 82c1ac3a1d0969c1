import { describe, expect, it } from '@jest/globals';
import { testDatabase } from '@twofold/testkit';
import { migrate } from './migrate.js';
import { openMetadata } from './open-metadata.js';
import { reachingStore } from './store-errors.js';

describe('opening the metadata', () => {
  it('gives Prisma and pg on one database, until closed, once or twice', async () => {
    const database = testDatabase();
    await migrate(database.url);
    const metadata = await openMetadata(database.url);
    await metadata.prisma.logStream.create({ data: { name: 'things', partitions: 4 } });
    expect((await metadata.pool.query('SELECT name, partitions FROM log_stream')).rows).toEqual([
      { name: 'things', partitions: 4 },
    ]);
    await metadata.close();
    await metadata.close();
    const late = reachingStore(() => metadata.prisma.logStream.findMany());
    await expect(late).rejects.toMatchObject({ code: 'store-unavailable' });
    await database.drop();
  });

  it('says store-unavailable where no server is, and where no such database is', async () => {
    await expect(openMetadata('postgresql://127.0.0.1:1/none')).rejects.toMatchObject({ code: 'store-unavailable' });
    await expect(openMetadata(testDatabase().url)).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('ends a statement that takes too long', async () => {
    const database = testDatabase();
    await migrate(database.url);
    const metadata = await openMetadata(database.url);
    const { rows } = await metadata.pool.query('SHOW statement_timeout');
    expect(rows).toEqual([{ statement_timeout: '15s' }]);
    const slow = reachingStore(async () => {
      const client = await metadata.pool.connect();
      try {
        await client.query('SET statement_timeout = 1');
        await client.query('SELECT pg_sleep(60)');
      } finally {
        client.release(true);
      }
    });
    await expect(slow).rejects.toMatchObject({ code: 'store-unavailable' });
    await metadata.close();
    await database.drop();
  });
});
