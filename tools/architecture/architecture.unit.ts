import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dependencyTable, type DependencyTable, type LintBlock } from './dependency-table.ts';
import {
  cycleProblems,
  escapeProblems,
  importProblems,
  purityProblems,
  tableProblems,
  tagProblems,
  testOnlyProblems,
} from './import-rules.ts';
import { lengthProblems } from './long-files.ts';
import { readSourceFile } from './source-file.ts';
import { toldTable } from './told-table.ts';
import { sourcesUnder, workspaceProjects } from './workspace-project.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

describe('the architecture of this repository', () => {
  const projects = workspaceProjects(ROOT);
  let table: DependencyTable;
  beforeAll(async () => {
    const config = (await import(`${ROOT}/eslint.config.mjs`)) as { readonly default: readonly LintBlock[] };
    table = dependencyTable(config.default);
  });

  it('has the projects that it is about', () => {
    const names = projects.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['@twofold/core', '@twofold/flows', '@twofold/catalog-flights']));
    expect(projects.flatMap(({ files }) => files).length).toBeGreaterThan(100);
  });

  it('names every tag in the dependency table, and has no row for everything', () => {
    expect(tableProblems(table)).toEqual([]);
  });

  it('tells people the same table as the linter', () => {
    expect(toldTable(readFileSync(`${ROOT}/docs/architecture.md`, 'utf8'))).toEqual(table);
  });

  it('has one tag on every project', () => {
    expect(tagProblems(projects, table)).toEqual([]);
  });

  it('imports other projects by their index, as the table allows', () => {
    expect(importProblems(projects, table)).toEqual([]);
  });

  it('keeps what is there for tests out of what runs', () => {
    expect(testOnlyProblems(projects)).toEqual([]);
  });

  it('imports by a relative path only within a project', () => {
    expect(escapeProblems(projects)).toEqual([]);
  });

  it('has a pure core', () => {
    expect(purityProblems(projects)).toEqual([]);
  });

  it('has no cycles, neither between projects nor between files', () => {
    expect(cycleProblems(projects)).toEqual([]);
  });

  it('has no file over its bound without a reason', () => {
    const outside = ['tools', 'bench'].flatMap((folder) => sourcesUnder(ROOT, folder));
    const files = [
      ...projects.flatMap((project) => project.files),
      ...outside.map((path) => readSourceFile(ROOT, path)),
    ];
    expect(lengthProblems(files)).toEqual([]);
  });
});
