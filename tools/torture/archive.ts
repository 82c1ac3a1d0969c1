import { DuckDBInstance } from '@duckdb/node-api';
import { catalog } from '@twofold/catalog';
import type { OffsetVector } from '@twofold/core';
import { openMetadata } from '@twofold/metadata';
import { ParquetMasterDataset } from '@twofold/master-dataset-parquet';
import type { JudgedLog } from './log-copy.ts';
import type { World } from './world.ts';

/** Every record of the log that the archive says it has, it has once. */
export async function judgeArchive(world: World, log: JudgedLog): Promise<readonly string[]> {
  const metadata = await openMetadata(world.servers.urls.DATABASE_URL);
  const archive = await ParquetMasterDataset.open({
    directory: world.archive.directory,
    database: metadata,
  });
  const duckDb = await DuckDBInstance.create(':memory:');
  const connection = await duckDb.connect();
  try {
    const violations: string[] = [];
    for (const [stream, partitions] of Object.entries(log)) {
      const archivedTo = await Promise.all(partitions.map((_, partition) => archive.archivedTo({ stream, partition })));
      const cut: OffsetVector = { [stream]: archivedTo };
      const types = [...new Set(catalog.events.map(({ type }) => type)), null];
      const files = (await Promise.all(types.map((type) => archive.filesBelow(cut, type)))).flat();
      const paths = files.map(({ location }) => `'${location.replaceAll("'", "''")}'`);
      const counted = new Map<number, readonly unknown[]>();
      if (paths.length > 0) {
        const reader = await connection.runAndReadAll(
          `SELECT "partition", count(*), count(DISTINCT "offset") FROM read_parquet([${paths.join(', ')}], union_by_name = true) WHERE stream = '${stream}' GROUP BY 1`,
        );
        for (const row of reader.getRows()) counted.set(Number(row[0]), row);
      }
      partitions.forEach((records, partition) => {
        const below = records.filter(({ offset }) => offset < (archivedTo[partition] ?? 0));
        // what waited is there twice: as held, and as the event that it then is
        const waited = below.flatMap(({ offset, applied }) => applied.filter((event) => event.offset !== offset));
        const expected = below.length;
        const [, rows = 0, offsets = 0] = counted.get(partition) ?? [];
        if (Number(rows) !== expected + waited.length || Number(offsets) !== expected)
          violations.push(
            `the archive has ${String(rows)} rows of ${String(offsets)} offsets of ${stream}/${partition} below ${archivedTo[partition]}, the log ${expected} records, of which ${waited.length} waited`,
          );
      });
    }
    return violations;
  } finally {
    connection.closeSync();
    duckDb.closeSync();
    await archive.close();
    await metadata.close();
  }
}
