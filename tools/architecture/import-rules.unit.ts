import { describe, expect, it } from '@jest/globals';
import { dependencyTable, type DependencyTable } from './dependency-table.ts';
import { findCycle } from './find-cycle.ts';
import {
  cycleProblems,
  escapeProblems,
  importProblems,
  purityProblems,
  tableProblems,
  tagProblems,
} from './import-rules.ts';
import { MAX_LINES, MAX_SUITE_LINES, lengthProblems } from './long-files.ts';
import type { WorkspaceProject } from './workspace-project.ts';

const table: DependencyTable = new Map([
  ['type:core', []],
  ['type:flows', ['type:core']],
]);

/** A project whose files import what is named. */
const project = (
  name: string,
  files: Readonly<Record<string, readonly string[]>>,
  changed: Partial<WorkspaceProject> = {},
): WorkspaceProject => ({
  name: `@twofold/${name}`,
  directory: `libs/${name}`,
  tags: [`type:${name}`],
  entries: ['.'],
  declared: [],
  files: Object.entries(files).map(([path, imports]) => ({ path: `libs/${name}/src/${path}`, imports, lines: 1 })),
  ...changed,
});
const core = project('core', { 'index.ts': ['./cut.js'], 'cut.ts': ['node:crypto'] });
const declared = { declared: ['@twofold/core'] };

describe('the rules of the architecture', () => {
  it('take what is right', () => {
    const world = [core, project('flows', { 'fold.ts': ['@twofold/core', './held.js'], 'held.ts': [] }, declared)];
    expect(tableProblems(table)).toEqual([]);
    expect(tagProblems(world, table)).toEqual([]);
    expect(importProblems(world, table)).toEqual([]);
    expect(escapeProblems(world)).toEqual([]);
    expect(purityProblems(world)).toEqual([]);
    expect(cycleProblems(world)).toEqual([]);
  });

  it('refuse a table with a row for everything, or for a tag that has none', () => {
    expect(tableProblems(new Map([['type:core', ['*']]]))).toContain('the dependency table has a row for *');
    expect(tableProblems(new Map([['type:core', ['type:x']]]))).toEqual(['the dependency table has no row for type:x']);
  });

  it('refuse a project without a tag, with two, or with an unknown one', () => {
    for (const tags of [[], ['type:core', 'type:flows'], ['type:else']]) {
      expect(tagProblems([project('core', {}, { tags })], table)).toHaveLength(1);
    }
  });

  it('refuse an import against the direction of the table', () => {
    const wrong = project('core', { 'cut.ts': ['@twofold/flows'] }, { declared: ['@twofold/flows'] });
    expect(importProblems([wrong, project('flows', {})], table)).toEqual([
      'package.json declares @twofold/flows: type:core may not import type:flows',
      'libs/core/src/cut.ts imports @twofold/flows: type:core may not import type:flows',
    ]);
  });

  it('refuse an import past an index', () => {
    const wrong = project('flows', { 'fold.ts': ['@twofold/core/src/cut.js'] }, declared);
    expect(importProblems([core, wrong], table)).toEqual([
      'libs/flows/src/fold.ts imports @twofold/core/src/cut.js: not an entry of @twofold/core',
    ]);
  });

  it('refuse an import of what is not declared, and of what does not exist', () => {
    const wrong = project('flows', { 'fold.ts': ['@twofold/core', '@twofold/nothing'] });
    expect(importProblems([core, wrong], table)).toEqual([
      'libs/flows/src/fold.ts imports @twofold/core: not among the dependencies of @twofold/flows',
      'libs/flows/src/fold.ts imports @twofold/nothing: there is no such project',
      'libs/flows/src/fold.ts imports @twofold/nothing: not among the dependencies of @twofold/flows',
    ]);
  });

  it('refuse a way round through the file system', () => {
    const wrong = project('flows', { 'fold.ts': ['../../core/src/cut.js'] });
    expect(escapeProblems([core, wrong])).toEqual([
      'libs/flows/src/fold.ts imports ../../core/src/cut.js: outside of its project',
    ]);
  });

  it('refuse input and output in the core, except in its tests', () => {
    const wrong = project('core', { 'cut.ts': ['node:fs'], 'cut.unit.ts': ['@jest/globals'] });
    expect(purityProblems([wrong])).toEqual(['libs/core/src/cut.ts imports node:fs: the core is pure']);
  });

  it('refuse a cycle between projects, and between files', () => {
    const round = [project('core', { 'a.ts': ['@twofold/flows'] }), project('flows', { 'b.ts': ['@twofold/core'] })];
    expect(cycleProblems(round)).toEqual(['a cycle: @twofold/core → @twofold/flows → @twofold/core']);
    const files = project('core', { 'a.ts': ['./b.js'], 'b.ts': ['./in/c.js'], 'in/c.ts': ['../a.js'] });
    expect(cycleProblems([files])).toEqual([
      'a cycle: libs/core/src/a.ts → libs/core/src/b.ts → libs/core/src/in/c.ts → libs/core/src/a.ts',
    ]);
  });

  it('find no cycle where two ways lead to one place', () => {
    const diamond = new Map([
      ['a', ['b', 'c']],
      ['b', ['d']],
      ['c', ['d']],
    ]);
    expect(findCycle(diamond)).toBeNull();
  });

  it('refuse a long file without a reason, and a reason without a long file', () => {
    const long = { path: 'a.ts', imports: [], lines: MAX_LINES + 1 };
    expect(lengthProblems([long], {})).toHaveLength(1);
    expect(lengthProblems([{ ...long, path: 'a.unit.ts' }], {})).toEqual([]);
    expect(lengthProblems([{ ...long, path: 'a.unit.ts', lines: MAX_SUITE_LINES + 1 }], {})).toHaveLength(1);
    expect(lengthProblems([long], { 'a.ts': 'one table' })).toEqual([]);
    expect(lengthProblems([], { 'a.ts': 'one table' })).toEqual(['a.ts has a reason to be long, but is not']);
  });
});

describe('the dependency table', () => {
  const rule = (level: string, options: unknown): { readonly rules: Readonly<Record<string, unknown>> } => ({
    rules: { '@nx/enforce-module-boundaries': [level, options] },
  });
  const row = { sourceTag: 'type:core', onlyDependOnLibsWithTags: [] };

  it('is read from the linter’s configuration', () => {
    expect(dependencyTable([{}, rule('error', { allow: [], depConstraints: [row] })])).toEqual(
      new Map([['type:core', []]]),
    );
  });

  it('must be an error, without exceptions', () => {
    expect(() => dependencyTable([])).toThrow(/once, as an error/);
    expect(() => dependencyTable([rule('warn', { allow: [], depConstraints: [row] })])).toThrow(/once, as an error/);
    expect(() => dependencyTable([rule('error', { allow: ['@twofold/x'], depConstraints: [row] })])).toThrow(
      /exceptions/,
    );
    expect(() => dependencyTable([rule('error', { allow: [], depConstraints: [{ allSourceTags: [] }] })])).toThrow(
      /one tag/,
    );
  });
});
