/** A cycle of a directed graph as the nodes along it, the first one again at the end; null where there is none. */
export function findCycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const finished = new Set<string>();
  const path: string[] = [];

  const visit = (node: string): readonly string[] | null => {
    if (finished.has(node)) return null;
    const onPath = path.indexOf(node);
    if (onPath >= 0) return [...path.slice(onPath), node];
    path.push(node);
    for (const next of edges.get(node) ?? []) {
      const cycle = visit(next);
      if (cycle !== null) return cycle;
    }
    path.pop();
    finished.add(node);
    return null;
  };

  for (const node of edges.keys()) {
    const cycle = visit(node);
    if (cycle !== null) return cycle;
  }
  return null;
}
