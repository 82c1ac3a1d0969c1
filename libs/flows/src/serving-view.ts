import { viewNamed, type Catalog, type ViewId } from '@twofold/core';
import type { ViewVersions } from '@twofold/ports';

/** The version of a view that serves; of one that nobody registered yet, the catalog's. @throws TwofoldError `unknown-view` */
export async function servingView(
  versions: Pick<ViewVersions, 'serving'>,
  catalog: Pick<Catalog, 'views'>,
  name: string,
): Promise<ViewId> {
  const declared = viewNamed(catalog, name).id;
  return { name, version: (await versions.serving(name)) ?? declared.version };
}
