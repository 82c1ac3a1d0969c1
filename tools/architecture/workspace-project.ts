import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { readSourceFile, type SourceFile } from './source-file.ts';

/** A library or an app: a folder with a package.json, named in the root's `workspaces`. */
export type WorkspaceProject = {
  readonly name: string;
  /** Relative to the root. */
  readonly directory: string;
  readonly tags: readonly string[];
  /** What may be imported of it, as package.json's `exports` says: `.` is its index. */
  readonly entries: readonly string[];
  /** The packages that its package.json says it needs. */
  readonly declared: readonly string[];
  readonly files: readonly SourceFile[];
};

type PackageJson = {
  readonly name: string;
  readonly workspaces?: readonly string[];
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly nx?: { readonly tags?: readonly string[] };
};

const NOT_SOURCES = ['node_modules', 'dist', 'out-tsc', 'generated'];

export function workspaceProjects(root: string): readonly WorkspaceProject[] {
  return (readPackage(root, '.').workspaces ?? [])
    .map((pattern) => pattern.replace(/\/\*$/, ''))
    .flatMap((folder) => readdirSync(`${root}/${folder}`).map((name) => `${folder}/${name}`))
    .filter((directory) => existsSync(`${root}/${directory}/package.json`))
    .map((directory) => readProject(root, directory));
}

function readProject(root: string, directory: string): WorkspaceProject {
  const { name, exports = {}, dependencies = {}, nx } = readPackage(root, directory);
  return {
    name,
    directory,
    tags: nx?.tags ?? [],
    entries: Object.keys(exports),
    declared: Object.keys(dependencies),
    files: sourcesUnder(root, directory).map((path) => readSourceFile(root, path)),
  };
}

/** Every TypeScript file below a folder that a person wrote. */
export function sourcesUnder(root: string, directory: string): readonly string[] {
  return readdirSync(`${root}/${directory}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) return NOT_SOURCES.includes(entry.name) ? [] : sourcesUnder(root, path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}

const readPackage = (root: string, directory: string): PackageJson =>
  JSON.parse(readFileSync(`${root}/${directory}/package.json`, 'utf8')) as PackageJson;
