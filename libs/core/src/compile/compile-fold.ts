import type { Part } from '../algebra/part.js';
import type { Scalar } from '../events/data-type.js';
import { operandsOf } from '../views/check-view.js';
import type { ExpressionNode } from '../views/expression.js';
import type { ViewPlan } from '../views/view-plan.js';
import type { ViewRow } from '../views/view-row.js';
import { widthOf } from '../views/window-number.js';
import { javaScriptOf } from './javascript-expression.js';
import { runtime } from './runtime.js';

/**
 * The rows of one view over some consecutive events of one partition, being folded. In memory only: whoever stores them
 * takes what changed. After `apply` threw (overflow), the rows are of no use: discard them.
 */
export interface ViewFold {
  /** Folds one event in. `values` are the data's fields in declared order. @throws TwofoldError `overflow` */
  apply(values: readonly Scalar[], timeMs: number): void;
  /** Takes rows in that were folded before. */
  restore(rows: readonly ViewRow[]): void;
  /** The rows changed since the last call, as they are now. The count of them is `changedCount`. */
  takeChanged(): readonly ViewRow[];
  readonly changedCount: number;
  readonly rowCount: number;
  rows(): readonly ViewRow[];
}

/** Compiles a view to JavaScript once; each call of the result begins an empty fold. */
export function compileFold(plan: ViewPlan): () => ViewFold {
  const names = Object.keys(runtime);
  const compiled = new Function(...names, `return ${foldSource(plan)};`) as (
    ...values: unknown[]
  ) => new () => ViewFold;
  const Fold = compiled(...Object.values(runtime));
  return () => new Fold();
}

/** The text of a class that implements {@link ViewFold}: a map per dimension, then one per window, then the row. */
export function foldSource(plan: ViewPlan): string {
  const { definition, parts } = plan;
  const fieldNames = Object.keys(plan.event.fields);
  const indexOfField = (name: string): number => fieldNames.indexOf(name);
  const js = (node: ExpressionNode): string => javaScriptOf(node, indexOfField);
  const used = fieldsOf(plan).map((name) => `const v${indexOfField(name)} = values[${indexOfField(name)}];`);
  const dimensions = definition.by.map((dimension, index) => `const d${index} = ${js(dimension.of)};`);
  const names = definition.by.map((_, index) => `d${index}`);

  return `class {
    root = new Map(); all = []; changed = [];
    get rowCount() { return this.all.length; }
    get changedCount() { return this.changed.length; }
    apply(values, timeMs) {
      ${used.join(' ')}
      ${definition.where === null ? '' : `if (${js(definition.where)} !== true) return;`}
      ${dimensions.join(' ')}
      const row = this.rowAt(${[...names, `Math.floor(timeMs / ${widthOf(definition.window)})`].join(', ')});
      ${parts.map((part, index) => combineSource(part, index, js(part.of))).join('\n      ')}
      if (!row.changed) { row.changed = true; this.changed.push(row); }
    }
    rowAt(${[...names, 'window'].join(', ')}) {
      ${descendSource(names)}
      let row = windows.get(window);
      if (row === undefined) {
        row = { dimensions: [${names.join(', ')}], window, changed: false, ${parts.map((part, index) => `p${index}: ${part.kind === 'sum' ? '0' : 'null'}`).join(', ')} };
        windows.set(window, row);
        this.all.push(row);
      }
      return row;
    }
    restore(rows) {
      for (const { dimensions, window, parts } of rows) {
        const row = this.rowAt(...dimensions, window);
        ${parts.map((_, index) => `row.p${index} = parts[${index}];`).join(' ')}
      }
    }
    takeChanged() {
      const taken = this.changed;
      this.changed = [];
      for (const row of taken) row.changed = false;
      return taken.map(this.toRow);
    }
    rows() { return this.all.map(this.toRow); }
    toRow(row) { return { dimensions: row.dimensions, window: row.window, parts: [${parts.map((_, index) => `row.p${index}`).join(', ')}] }; }
  }`;
}

/** From the root through a map per dimension to the map of windows. */
function descendSource(names: readonly string[]): string {
  const steps = names.map((name, index) => {
    const from = index === 0 ? 'this.root' : `m${index - 1}`;
    return `let m${index} = ${from}.get(${name}); if (m${index} === undefined) ${from}.set(${name}, m${index} = new Map());`;
  });
  return `${steps.join('\n      ')}\n      const windows = ${names.length === 0 ? 'this.root' : `m${names.length - 1}`};`;
}

function combineSource(part: Part, index: number, value: string): string {
  const state = `row.p${index}`;
  const combine = {
    sum: `if (typeof ${state} === 'number' && typeof x === 'number') { const s = ${state} + x; ${state} = s <= 9007199254740991 && s >= -9007199254740991 ? s : addExact(${state}, x); } else ${state} = addExact(${state}, x);`,
    min: `if (${state} === null || ${isBefore(part, 'x', state)}) ${state} = x;`,
    max: `if (${state} === null || ${isBefore(part, state, 'x')}) ${state} = x;`,
  }[part.kind];
  return part.of.nullable
    ? `{ const x = ${value}; if (x !== null) { ${combine} } }`
    : `{ const x = ${value}; ${combine} }`;
}

const isBefore = (part: Part, a: string, b: string): string =>
  part.type === 'string' ? `compareText(${a}, ${b}) < 0` : `${a} < ${b}`;

function fieldsOf({ definition, parts }: ViewPlan): readonly string[] {
  const named = new Set<string>();
  const visit = (node: ExpressionNode): void => {
    if (node.kind === 'field') named.add(node.name);
    operandsOf(node).forEach(visit);
  };
  if (definition.where !== null) visit(definition.where);
  definition.by.forEach((dimension) => visit(dimension.of));
  parts.forEach((part) => visit(part.of));
  return [...named];
}
