import { posix } from 'node:path';
import type { DependencyTable } from './dependency-table.ts';
import { findCycle } from './find-cycle.ts';
import { isTest, type SourceFile } from './source-file.ts';
import type { WorkspaceProject } from './workspace-project.ts';

/** The rules of docs/architecture.md, each a list of what breaks it, in words. An empty list: it holds. */

const SCOPE = '@twofold/';
const CORE = 'type:core';
const FOR_TESTS = ['type:testkit', 'type:in-memory', 'type:simulation'];
/** The core has hashes to make, and nothing else that Node has and the language has not. */
const ALLOWED_IN_CORE = ['node:crypto'];

/** Every row names tags, never `*`, and every tag that is named has a row. */
export function tableProblems(table: DependencyTable): readonly string[] {
  const named = [...table].flatMap(([source, targets]) => [source, ...targets]);
  return [
    ...(table.size === 0 ? ['the dependency table is empty'] : []),
    ...named.filter((tag) => tag.includes('*')).map((tag) => `the dependency table has a row for ${tag}`),
    ...named.filter((tag) => !table.has(tag)).map((tag) => `the dependency table has no row for ${tag}`),
  ];
}

/** Every project has exactly one tag that the table knows. */
export const tagProblems = (projects: readonly WorkspaceProject[], table: DependencyTable): readonly string[] =>
  projects
    .filter(({ tags }) => tags.length !== 1 || !tags.every((tag) => table.has(tag)))
    .map(({ name, tags }) => `${name} has the tags [${tags.join(', ')}]: it needs one of the dependency table`);

/** Another project is imported by an entry of its package.json, is declared as needed, and the table allows it. */
export function importProblems(projects: readonly WorkspaceProject[], table: DependencyTable): readonly string[] {
  const byName = new Map(projects.map((project) => [project.name, project]));
  return projects.flatMap((project) => {
    const declared = project.declared
      .filter((name) => name.startsWith(SCOPE))
      .flatMap((name) => refusals(project, byName.get(name), `package.json declares ${name}`, table));
    const imported = importsOf(project).flatMap(({ file, specifier }) => {
      if (!specifier.startsWith(SCOPE)) return [];
      const [name, entry] = splitSpecifier(specifier);
      const target = byName.get(name);
      const where = `${file.path} imports ${specifier}`;
      return [
        ...refusals(project, target, where, table),
        ...(target === undefined || target.entries.includes(entry) ? [] : [`${where}: not an entry of ${name}`]),
        ...(project.declared.includes(name) ? [] : [`${where}: not among the dependencies of ${project.name}`]),
      ];
    });
    return [...declared, ...imported];
  });
}

/** What exists for tests is imported by tests: the testkit, the in-memory adapters, the simulation. Contract suites are tests too. */
export const testOnlyProblems = (projects: readonly WorkspaceProject[]): readonly string[] => {
  const forTests = projects.filter(({ tags }) => tags.some((tag) => FOR_TESTS.includes(tag))).map(({ name }) => name);
  return projects
    .filter(({ name }) => !forTests.includes(name))
    .flatMap(importsOf)
    .filter(({ file, specifier }) => !isTest(file.path) && forTests.includes(splitSpecifier(specifier)[0]))
    .map(({ file, specifier }) => `${file.path} imports ${specifier}: it is there for tests`);
};

/** A relative import stays within its project. */
export const escapeProblems = (projects: readonly WorkspaceProject[]): readonly string[] =>
  projects.flatMap((project) =>
    importsOf(project)
      .filter(({ file, specifier }) => {
        const target = targetOf(file, specifier);
        return target !== null && !target.startsWith(`${project.directory}/`);
      })
      .map(({ file, specifier }) => `${file.path} imports ${specifier}: outside of its project`),
  );

/** The core waits for nothing and knows no framework: it imports itself, and hashes. Its tests may use test tools. */
export const purityProblems = (projects: readonly WorkspaceProject[]): readonly string[] =>
  projects
    .filter(({ tags }) => tags.includes(CORE))
    .flatMap(importsOf)
    .filter(({ file, specifier }) => !isTest(file.path) && !isRelative(specifier))
    .filter(({ specifier }) => !ALLOWED_IN_CORE.includes(specifier))
    .map(({ file, specifier }) => `${file.path} imports ${specifier}: the core is pure`);

/** No cycles between projects, nor between the files of one. */
export function cycleProblems(projects: readonly WorkspaceProject[]): readonly string[] {
  const betweenProjects = new Map(
    projects.map((project) => {
      const imported = importsOf(project).filter(({ specifier }) => specifier.startsWith(SCOPE));
      return [project.name, imported.map(({ specifier }) => splitSpecifier(specifier)[0])];
    }),
  );
  const betweenFiles = projects.map(
    ({ files }) =>
      new Map(files.map((file) => [file.path, file.imports.flatMap((each) => targetOf(file, each) ?? [])])),
  );
  return [betweenProjects, ...betweenFiles].flatMap((graph) => {
    const cycle = findCycle(graph);
    return cycle === null ? [] : [`a cycle: ${cycle.join(' → ')}`];
  });
}

type Import = { readonly file: SourceFile; readonly specifier: string };

const importsOf = ({ files }: WorkspaceProject): readonly Import[] =>
  files.flatMap((file) => file.imports.map((specifier) => ({ file, specifier })));

const isRelative = (specifier: string): boolean => specifier.startsWith('.');

/** The file that a relative import means; null for a package. */
const targetOf = ({ path }: SourceFile, specifier: string): string | null =>
  isRelative(specifier) ? posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts') : null;

/** `@twofold/core/x` is the entry `./x` of `@twofold/core`. */
function splitSpecifier(specifier: string): readonly [name: string, entry: string] {
  const [scope, name, ...rest] = specifier.split('/');
  return [`${scope}/${name}`, rest.length === 0 ? '.' : `./${rest.join('/')}`];
}

function refusals(
  source: WorkspaceProject,
  target: WorkspaceProject | undefined,
  where: string,
  table: DependencyTable,
): readonly string[] {
  if (target === undefined) return [`${where}: there is no such project`];
  if (target === source) return [`${where}: itself`];
  const allowed = source.tags.flatMap((tag) => table.get(tag) ?? []);
  return target.tags.some((tag) => allowed.includes(tag))
    ? []
    : [`${where}: ${source.tags.join(', ')} may not import ${target.tags.join(', ')}`];
}
