import { addAny, squareOf } from '../algebra/exact-integer.js';
import type { Part } from '../algebra/part.js';
import { partOf } from '../algebra/part-table.js';
import type { Partition } from '../answer/offset-vector.js';
import type { Value } from '../events/data-type.js';
import { leavesOf } from '../events/leaves.js';
import { windowStarter, windowStartSource } from '../time/window-source.js';
import { viewOf } from '../views/view-of.js';
import type { Source, ViewPlan } from '../views/view-plan.js';
import type { ViewRow } from '../views/view-row.js';
import { expressionCompiler } from './javascript-expression.js';
import { runtime } from './runtime.js';

/**
 * The rows of one view over some consecutive events of one partition, being folded. In memory only: whoever stores them
 * takes what changed. After `apply` threw (overflow), the rows are of no use: discard them.
 */
export interface ViewFold {
  /**
   * Folds one event in. `source` is the index of its type among the plan's sources; `values` are those of the leaves of the
   * type's newest version, in order. @throws TwofoldError `overflow`
   */
  apply(source: number, values: readonly Value[], timeMs: number, offset: number): void;
  /** Takes rows in that were folded before. */
  restore(rows: readonly ViewRow[]): void;
  /** The rows changed since the last call, as they are now. The count of them is `changedCount`. */
  takeChanged(): readonly ViewRow[];
  readonly changedCount: number;
  readonly rowCount: number;
  rows(): readonly ViewRow[];
}

/** Compiles a view to JavaScript once; each call of the result begins an empty fold of a partition. */
export const compileFold = (plan: ViewPlan): ((partition: Partition) => ViewFold) =>
  compileFoldSource(plan, foldSource(plan), foldScope);

/** What the text of a fold may call. */
export const foldScope = { ...runtime, addAny, squareOf, windowStarter } as const;

/** Makes folds of a text that {@link foldSource} made. */
export function compileFoldSource(
  plan: ViewPlan,
  source: string,
  scope: Readonly<Record<string, unknown>>,
): (partition: Partition) => ViewFold {
  const compiled = new Function(...Object.keys(scope), source) as (
    ...values: unknown[]
  ) => new (holds: readonly unknown[]) => ViewFold;
  const Fold = compiled(...Object.values(scope));
  return (partition) => new Fold(plan.parts.map((part) => holdOf(part, partition)));
}

function holdOf(part: Part, partition: Partition): unknown {
  const { inFold } = partOf(part.kind);
  return inFold.kind === 'held' ? inFold.hold(part, partition) : null;
}

/** The text of a function's body that returns a class which implements {@link ViewFold}: a map per dimension, then one per window, then the row. */
export function foldSource(plan: ViewPlan): string {
  const { parts, sources } = plan;
  const definition = viewOf(plan);
  const names = definition.by.map((_, index) => `d${index}`);
  const window = windowStartSource(definition.window);
  const states = parts.map((part, index) => (isHeld(part) ? `row.p${index}.state()` : `row.p${index}`));
  const stateFrom = (part: Part, index: number, state: string): string =>
    isHeld(part) ? `this.hold${index}(${state})` : state;
  const identities = parts.map((part, index) => {
    const identity = JSON.stringify(partOf(part.kind).identity);
    return `p${index}: ${stateFrom(part, index, identity)}`;
  });

  return `${window.prelude.join('\n')}
  return class {
    constructor(holds) {
      this.root = new Map(); this.all = []; this.changed = [];
      ${parts.map((part, index) => (isHeld(part) ? `this.hold${index} = holds[${index}];` : '')).join(' ')}
    }
    get rowCount() { return this.all.length; }
    get changedCount() { return this.changed.length; }
    ${applySource(plan, sources, names, window.value)}
    rowAt(${[...names, 'window'].join(', ')}) {
      ${descendSource(names)}
      const second = window / 1000; // windows begin at full seconds, whose numbers are small integers to the engine until 2038
      let row = windows.get(second);
      if (row === undefined) {
        row = { dimensions: [${names.join(', ')}], window, changed: false, ${identities.join(', ')} };
        windows.set(second, row);
        this.all.push(row);
      }
      return row;
    }
    restore(rows) {
      for (const { dimensions, window, parts } of rows) {
        const row = this.rowAt(...dimensions, window);
        ${parts.map((part, index) => `row.p${index} = ${stateFrom(part, index, `parts[${index}]`)};`).join(' ')}
      }
    }
    takeChanged() {
      const taken = this.changed;
      this.changed = [];
      for (const row of taken) row.changed = false;
      return taken.map(this.toRow);
    }
    rows() { return this.all.map(this.toRow); }
    toRow(row) { return { dimensions: row.dimensions, window: row.window, parts: [${states.join(', ')}] }; }
  };`;
}

const isHeld = (part: Part): boolean => partOf(part.kind).inFold.kind === 'held';

/** `apply`: of several sources it finds the one's own. */
function applySource(plan: ViewPlan, sources: readonly Source[], names: readonly string[], window: string): string {
  const [only, ...others] = sources;
  if (only !== undefined && others.length === 0)
    return `apply(source, values, timeMs, offset) { ${stepSource(plan, only, names, window)} }`;
  const cases = sources.map((_, index) => `case ${index}: return this.apply${index}(values, timeMs, offset);`);
  const steps = sources.map(
    (source, index) => `apply${index}(values, timeMs, offset) { ${stepSource(plan, source, names, window)} }`,
  );
  return `apply(source, values, timeMs, offset) { switch (source) { ${cases.join(' ')} } }
    ${steps.join('\n    ')}`;
}

/** How an event of one source is folded in. All arithmetic comes before the filter: what it leaves out may overflow, too. */
function stepSource(plan: ViewPlan, { event }: Source, names: readonly string[], window: string): string {
  const { parts } = plan;
  const definition = viewOf(plan);
  const indexByPath = new Map(leavesOf(event).map(({ path }, index) => [path, index]));
  const used = new Set<number>();
  const field = (path: string): string => {
    const index = indexByPath.get(path);
    if (index === undefined) return 'null';
    used.add(index);
    return `v${index}`;
  };
  const compile = expressionCompiler({ field, eventType: event.type });
  const where = definition.where === null ? [] : [definition.where];
  const dimensions = definition.by.map(({ of }) => of);
  const terms = parts.flatMap(({ of }) => (of === null ? [] : [of]));
  const { prelude, values } = compile([...where, ...dimensions, ...terms]);
  const [filter] = values;
  const ofDimension = values.slice(where.length, where.length + dimensions.length);
  const ofTerm = values.slice(where.length + dimensions.length);
  const steps = parts.map((part, index) =>
    partStep(part, index, part.of === null ? 'null' : (ofTerm.shift() ?? 'null')),
  );
  return `
      ${[...used].map((index) => `const v${index} = values[${index}];`).join(' ')}
      ${prelude.join(' ')}
      ${where.length === 0 ? '' : `if (${filter} !== true) return;`}
      ${ofDimension.map((value, index) => `const d${index} = ${value};`).join(' ')}
      const row = this.rowAt(${[...names, window].join(', ')});
      ${steps.join('\n      ')}
      if (!row.changed) { row.changed = true; this.changed.push(row); }
    `;
}

/** Takes a value into a part of the row. */
function partStep(part: Part, index: number, value: string): string {
  const { inFold } = partOf(part.kind);
  const state = `row.p${index}`;
  const step = inFold.kind === 'scalar' ? inFold.step(part, state, 'x') : `${state}.take(x, timeMs, offset);`;
  if (part.of === null) return step;
  return `{ const x = ${value}; ${part.of.nullable ? `if (x !== null) { ${step} }` : step} }`;
}

/** From the root through a map per dimension to the map of windows. */
function descendSource(names: readonly string[]): string {
  const steps = names.map((name, index) => {
    const from = index === 0 ? 'this.root' : `m${index - 1}`;
    return `let m${index} = ${from}.get(${name}); if (m${index} === undefined) ${from}.set(${name}, m${index} = new Map());`;
  });
  return `${steps.join('\n      ')}\n      const windows = ${names.length === 0 ? 'this.root' : `m${names.length - 1}`};`;
}
