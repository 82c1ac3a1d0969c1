import type { DuckDBConnection } from '@duckdb/node-api';
import { duckDb } from '@twofold/core';
import type { EditionDifference } from '@twofold/ports';
import { versionKey, type RewrittenPart, type StoredFile } from './rewritten-part.js';
import { rowsOf } from './select-records.js';

const { quoteIdentifier: q } = duckDb;

/** By which a row is told from others of its verdict, in the order in which their differences are looked for. */
const KEY = ['offset', 'applied_offset', 'place'];

/** For each verdict: how many rows, and a checksum by column. */
type Checksums = ReadonlyMap<string, readonly unknown[]>;

/** Where files do not hold exactly the rows of these parts, each in files of its own version; null: they do. */
export async function differenceOf(
  connection: DuckDBConnection,
  parts: readonly RewrittenPart[],
  files: readonly StoredFile[],
): Promise<Pick<EditionDifference, 'eventType' | 'column'> | null> {
  const wanted = new Map(parts.map((part) => [versionKey(part), part]));
  const found = Map.groupBy(files, versionKey);
  for (const [key, ofVersion] of found) {
    const part = wanted.get(key);
    const [{ eventType } = { eventType: null }] = ofVersion;
    const rows = `FROM ${rowsOf(ofVersion.map(({ location }) => location))}`;
    const column = part === undefined ? 'verdict' : await firstDifference(connection, part.select, rows);
    if (column !== null) return { eventType, column };
  }
  for (const [key, { eventType, select }] of wanted) {
    const isWanting =
      !found.has(key) && (await connection.runAndReadAll(`FROM (${select}) LIMIT 1`)).currentRowCount > 0;
    if (isWanting) return { eventType, column: 'verdict' };
  }
  return null;
}

/**
 * The first column in which two selects do not have the same rows, whatever their order; null: there is none. A column's checksum is over the hashes of
 * the value with the row's key, so a value in another row's place is found, too. What orders rows is among the columns.
 */
async function firstDifference(connection: DuckDBConnection, expected: string, found: string): Promise<string | null> {
  const [types, typesFound] = [await columnsOf(connection, expected), await columnsOf(connection, found)];
  const names = [...new Set([...types.keys(), ...typesFound.keys()])];
  const notTyped = names.find((name) => types.get(name) !== typesFound.get(name));
  if (notTyped !== undefined) return notTyped;
  const columns = [...KEY, ...names.filter((name) => name !== 'verdict' && !KEY.includes(name))];
  const [sums, sumsFound] = [
    await checksums(connection, expected, columns),
    await checksums(connection, found, columns),
  ];
  for (const verdict of new Set([...sums.keys(), ...sumsFound.keys()])) {
    const [[rows, ...ofColumns], [rowsFound, ...ofColumnsFound]] = [
      ...[sums.get(verdict) ?? [], sumsFound.get(verdict) ?? []],
    ] as const;
    if (rows !== rowsFound) return 'verdict';
    const at = ofColumns.findIndex((sum, index) => sum !== ofColumnsFound[index]);
    if (at >= 0) return columns[at] ?? null;
  }
  return null;
}

async function columnsOf(connection: DuckDBConnection, select: string): Promise<ReadonlyMap<string, string>> {
  const described = (await connection.runAndReadAll(`DESCRIBE ${select}`)).getRows();
  return new Map(described.map(([name, type]) => [String(name), String(type)]));
}

async function checksums(connection: DuckDBConnection, select: string, columns: readonly string[]): Promise<Checksums> {
  const sums = columns.map((column) => {
    const place = KEY.indexOf(column);
    const hashed = place >= 0 ? KEY.slice(0, place + 1) : [...KEY, column];
    // twice: a hash of several values is an xor with that of the last, which a sum by xor would not notice in another row
    return `bit_xor(hash(hash(${hashed.map(q).join(', ')})))`;
  });
  const reader = await connection.runAndReadAll(
    `SELECT verdict, count(*), ${sums.join(', ')} FROM (${select}) GROUP BY verdict ORDER BY verdict`,
  );
  return new Map(reader.getRows().map(([verdict, ...of]) => [String(verdict), of]));
}
