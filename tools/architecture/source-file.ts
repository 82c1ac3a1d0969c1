import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** What a rule needs to know of a file. Paths are relative to the repository's root, with `/`. */
export type SourceFile = {
  readonly path: string;
  /** What it imports, as written: static, type-only, re-exported and dynamic. */
  readonly imports: readonly string[];
  readonly lines: number;
};

export function readSourceFile(root: string, path: string): SourceFile {
  const text = readFileSync(`${root}/${path}`, 'utf8');
  const imports = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  return { path, imports: [...new Set(imports)], lines: text.trimEnd().split('\n').length };
}

export const isTest = (path: string): boolean => /\.(unit|int|e2e|type)\.ts$/.test(path);
