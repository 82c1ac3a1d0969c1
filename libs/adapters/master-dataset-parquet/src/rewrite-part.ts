import { join } from 'node:path';
import { stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { duckDb, type ArchiveLayout, type Offset, type Partition } from '@twofold/core';
import type { ArchiveFile } from '@twofold/ports';
import { settleFile } from './durable-file.js';
import { nameWhileWriting, newFileName } from './file-name.js';
import { filesByMonth, monthSql } from './month.js';
import { parquetFormat } from './parquet-format.js';
import type { RewrittenPart } from './rewritten-part.js';
import { inOrder, isWithinOffsets, rowsOf } from './select-records.js';

const { quoteIdentifier: q, quoteText } = duckDb;

/** Which records are rewritten, and where to. */
export type RewrittenRange = {
  readonly partition: Partition;
  readonly from: Offset;
  readonly to: Offset;
  readonly layout: ArchiveLayout;
  readonly directory: string;
};

type MonthOfPart = {
  readonly month: number;
  readonly rows: number;
  readonly times: NonNullable<ArchiveFile['times']>;
  readonly newestAppendedAtMs: number;
};

/**
 * Writes a part of a range to files, complete and on disk, in the order in which its rows count. `attempted` is told of each before it is begun.
 * No file of no rows.
 */
export async function rewritePart(
  connection: DuckDBConnection,
  { partition, from, to, layout, directory }: RewrittenRange,
  { eventType, eventVersion, select }: RewrittenPart,
  attempted: (location: string) => void,
): Promise<{ readonly files: readonly ArchiveFile[]; readonly newestAppendedAtMs: number | null }> {
  const isDivided = eventType !== null && layout.partitionedBy === 'month';
  await connection.run(
    `CREATE TEMP TABLE part AS SELECT *, ${isDivided ? monthSql('event_time') : '0'} AS month_of_file
     FROM (${select}) ORDER BY ${inOrder('applied_offset')}`,
  );
  const months = await monthsOf(connection);
  const byMonth = new Map(months.map((of) => [of.month, of]));
  const files: ArchiveFile[] = [];
  for (const some of filesByMonth(new Map(months.map(({ month, rows }) => [month, rows])))) {
    const version = eventType === null || eventVersion === null ? null : { type: eventType, version: eventVersion };
    const name = newFileName(partition, from, to, version);
    const [location, temporary] = [join(directory, name), join(directory, nameWhileWriting(name))];
    attempted(temporary);
    attempted(location);
    await connection.run(
      `COPY (SELECT * EXCLUDE (month_of_file) FROM part WHERE month_of_file IN (${some.join(', ')}))
       TO ${quoteText(temporary)} ${parquetFormat(layout)}`,
    );
    await settleFile(temporary, location);
    const { size: sizeBytes } = await stat(location);
    const ofFile = some.flatMap((month) => byMonth.get(month) ?? []);
    const rowCount = ofFile.reduce((sum, { rows }) => sum + rows, 0);
    const times = {
      oldestMs: Math.min(...ofFile.map((of) => of.times.oldestMs)),
      newestMs: Math.max(...ofFile.map((of) => of.times.newestMs)),
    };
    files.push({
      ...{ partition, from, to, eventType, eventVersion, rowCount, sizeBytes, location },
      times: eventType === null ? null : times,
    });
  }
  await connection.run('DROP TABLE part');
  const newest = Math.max(...months.map(({ newestAppendedAtMs }) => newestAppendedAtMs));
  return { files, newestAppendedAtMs: newest === -Infinity ? null : newest };
}

async function monthsOf(connection: DuckDBConnection): Promise<readonly MonthOfPart[]> {
  const reader = await connection.runAndReadAll(
    `SELECT month_of_file, count(*), min(event_time), max(event_time), max(appended_at) FROM part GROUP BY month_of_file`,
  );
  return reader.getRows().map(([month, rows, oldest, newest, appendedAt]) => ({
    ...{ month: Number(month), rows: Number(rows), newestAppendedAtMs: Number(appendedAt) },
    times: { oldestMs: Number(oldest), newestMs: Number(newest) },
  }));
}

/** Where a range must end, so that it has so many rows at most: those that one offset applies stay together, and there is one at least. */
export async function endOfRows(
  connection: DuckDBConnection,
  paths: readonly string[],
  { from, end }: { readonly from: Offset; readonly end: Offset },
  atMost: number,
): Promise<Offset> {
  if (paths.length === 0) return end;
  const [rows, within] = [rowsOf(paths), isWithinOffsets(from, end)];
  const applied = `coalesce(applied_offset, ${q('offset')})`;
  const first = async (select: string): Promise<Offset | null> => {
    const [[found] = []] = (await connection.runAndReadAll(select)).getRows();
    return found === undefined || found === null ? null : Number(found);
  };
  const beyond = await first(
    `SELECT ${applied} AS applied FROM ${rows} WHERE ${within} ORDER BY applied LIMIT 1 OFFSET ${atMost}`,
  );
  if (beyond === null) return end;
  if (beyond > from) return beyond;
  return (await first(`SELECT min(${applied}) FROM ${rows} WHERE ${within} AND ${applied} > ${beyond}`)) ?? end;
}
