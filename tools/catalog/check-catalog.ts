import {
  compareCatalogs,
  isBreak,
  readLock,
  type CatalogComparison,
  type CatalogLock,
  type LoadFailure,
} from '@twofold/core';
import { declaredCatalog } from './declared-catalog.ts';
import { generatedFiles, LOCK, staleFiles, versionOf } from './generated-files.ts';
import { fileAt, type Revision } from './git.ts';

/** What the check found. */
export type CatalogCheck = {
  readonly passes: boolean;
  /** null: there is nothing to compare with. */
  readonly against: Revision | null;
  /** Whether there was a catalog there. Without one, all is new. */
  readonly hadLock: boolean;
  readonly comparison: CatalogComparison;
  /** Why the catalog cannot be put together; null: it can. */
  readonly refusal: LoadFailure | null;
  readonly failures: readonly LoadFailure[];
  /** Generated files that are not as they would be generated now. */
  readonly stale: readonly string[];
};

const NOTHING: CatalogLock = { format: 1, streams: [], events: [], views: [], projections: [] };

/**
 * Checks the catalog of a checkout against a revision of it.
 *
 * @throws TwofoldError `invalid-configuration`: the lock of that revision cannot be read
 */
export async function checkCatalog(root: string, against: Revision | null): Promise<CatalogCheck> {
  const text = against === null ? null : fileAt(root, against, LOCK);
  const before = text === null ? NOTHING : readLock(text);
  const { catalog, refusal, ...declared } = await declaredCatalog(root);
  const comparison = compareCatalogs(before, declared);
  const stale = catalog === null ? [] : staleFiles(root, generatedFiles(catalog, versionOf(root)));
  return {
    passes: catalog !== null && !isBreak(comparison) && stale.length === 0,
    ...{ against, hadLock: text !== null, comparison, refusal, failures: declared.failures, stale },
  };
}
