import { TwofoldError, type Catalog } from '@twofold/core';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The `catalog` that a module exports. `specifier` is the path of a file (absolute, or beginning with a dot: from the
 * working directory), else the name of a package.
 *
 * @throws TwofoldError `invalid-configuration`: it cannot be loaded, or exports none
 */
export async function catalogOf(specifier: string): Promise<Catalog> {
  const isPath = specifier.startsWith('.') || specifier.startsWith('/');
  const refuse = (why: string, cause?: unknown): never => {
    const message = `TWOFOLD_CATALOG ${JSON.stringify(specifier)} ${why}`;
    throw new TwofoldError('invalid-configuration', message, undefined, { cause });
  };
  const module = await import(isPath ? pathToFileURL(resolve(specifier)).href : specifier).catch((error: unknown) =>
    refuse(`cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, error),
  );
  const { catalog } = module as { readonly catalog?: Catalog };
  const lists: readonly unknown[] = [catalog?.events, catalog?.views, catalog?.projections, catalog?.streams];
  return catalog !== undefined && lists.every(Array.isArray)
    ? catalog
    : refuse('exports no `catalog` that defineCatalog made');
}
