import type { DependencyTable } from './dependency-table.ts';

const ROW = /^\| `(type:[a-z-]+)` \|[^|]*\|([^|]*)\|$/;

/** The dependency table as docs/architecture.md tells it to people. */
export function toldTable(markdown: string): DependencyTable {
  const rows = markdown.split('\n').flatMap((line) => {
    const [, source, targets] = ROW.exec(line) ?? [];
    if (source === undefined || targets === undefined) return [];
    return [[source, [...targets.matchAll(/`([a-z-]+)`/g)].map(([, name]) => `type:${name}`)] as const];
  });
  return new Map(rows);
}
