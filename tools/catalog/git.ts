import { spawnSync } from 'node:child_process';

/** A commit, by the name that it was asked for and its own. */
export type Revision = { readonly name: string; readonly commit: string };

/** Where other work comes together, in order of preference. */
const MAINS = ['origin/main', 'main'];

/** What git says; null: it fails, or is not there. */
function git(root: string, ...args: readonly string[]): string | null {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: MAX_OUTPUT_BYTES });
  return status === 0 ? stdout : null;
}

/** A lock of thousands of events. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** null: there is no such revision. */
export function revisionNamed(root: string, name: string): Revision | null {
  const commit = git(root, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`);
  return commit === null ? null : { name, commit: commit.trim() };
}

/**
 * What a change is compared with: `origin/main`, else `main`. Where that is checked out, and nothing is changed in it, the commit
 * before it. null: there is none.
 */
export function defaultRevision(root: string): Revision | null {
  const main = MAINS.map((name) => revisionNamed(root, name)).find((revision) => revision !== null) ?? null;
  const isChanged = main?.commit !== revisionNamed(root, 'HEAD')?.commit || git(root, ...CHANGES) !== '';
  return isChanged ? main : revisionNamed(root, 'HEAD^');
}

/** Of the sources, and of what is generated from them. */
const CHANGES = ['status', '--porcelain', '--', 'libs', 'catalog.lock.json'];

/** The text of a file at a revision; null: it was not there. */
export const fileAt = (root: string, { commit }: Revision, path: string): string | null =>
  git(root, 'show', `${commit}:${path}`);
