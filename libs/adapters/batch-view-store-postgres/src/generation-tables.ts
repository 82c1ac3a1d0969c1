import type { ViewId } from '@twofold/core';
import type { Metadata } from '@twofold/metadata';

/** Generations whose table's name is remembered: more than are in use by all views of an installation. */
const MAX_REMEMBERED = 1_000;

/** The names of generations' tables. That of a generation never changes, until its version is removed and comes again. */
export class GenerationTables {
  private readonly names = new Map<string, string>();

  constructor(private readonly metadata: Metadata) {}

  /** null: there is no such generation, or it was dropped. */
  async nameOf(view: ViewId, number: number): Promise<string | null> {
    const known = this.names.get(keyOf(view, number));
    if (known !== undefined) return known;
    const record = await this.metadata.prisma.generation.findUnique({
      where: { viewName_viewVersion_number: { viewName: view.name, viewVersion: view.version, number } },
      select: { tableName: true, droppedAt: true },
    });
    if (record === null || record.droppedAt !== null) return null;
    if (this.names.size >= MAX_REMEMBERED) this.names.clear();
    this.names.set(keyOf(view, number), record.tableName);
    return record.tableName;
  }

  /** The table was found not to be there. */
  forget(view: ViewId, number: number): void {
    this.names.delete(keyOf(view, number));
  }
}

const keyOf = ({ name, version }: ViewId, number: number): string => `${name}/${version}/${number}`;
