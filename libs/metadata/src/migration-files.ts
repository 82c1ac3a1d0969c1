import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export type Migration = {
  /** Its directory: a time and a word. Migrations are applied in the order of names. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hex: what Prisma's own tools write down too. */
  readonly checksum: string;
};

/** The same from `src` and from `dist`. */
const DIRECTORY = fileURLToPath(new URL('../prisma/migrations/', import.meta.url));

/** The migrations of this build, in Prisma's layout, in order. */
export async function migrationFiles(directory: string = DIRECTORY): Promise<readonly Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const file = await readFile(`${directory}/${name}/migration.sql`);
      return { name, sql: file.toString('utf8'), checksum: createHash('sha256').update(file).digest('hex') };
    }),
  );
}
