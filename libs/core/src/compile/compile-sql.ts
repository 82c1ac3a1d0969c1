import { impossible } from '../errors/twofold-error.js';
import type { Part } from '../algebra/part.js';
import { partOf } from '../algebra/part-table.js';
import type { Offset } from '../answer/offset-vector.js';
import type { WindowSpan } from '../answer/window-span.js';
import { leavesOf } from '../events/leaves.js';
import { windowStartSql } from '../time/window-sql.js';
import type { ExpressionNode } from '../views/expression.js';
import { operandsOf } from '../views/operands.js';
import { viewOf } from '../views/view-of.js';
import type { Source, ViewPlan } from '../views/view-plan.js';
import type { SqlDialect } from './sql-dialect.js';
import { columnOfField, overflowSqlOf, sqlOf, sqlTypeOf } from './sql-expression.js';

/** Some events of one of the view's sources. */
export type SqlRelation = {
  /** Index among the plan's sources. */
  readonly source: number;
  /**
   * Text that can follow FROM: events of that type alone, brought up to its newest version, with the archive's columns. Where an
   * upcast can overflow it has a column `upcast_overflow` that says whether one did.
   */
  readonly relation: string;
  /** Which of them: those that apply at offsets in [from, to) of their partition. null: all. */
  readonly within: readonly { readonly partition: number; readonly from: Offset; readonly to: Offset }[] | null;
};

/**
 * A view as one SQL query over the archive, of all windows or some. Its columns are the dimensions, `window_number`, then the parts as
 * {@link stateFromSql} reads them, each in the plan's order; one row for each (dimensions, window). Where something can overflow there
 * is one more, `overflow`: of the events of the row that did the least (stream, partition, offset), as a struct `s`, `p`, `o`.
 * Equal to the compiled fold, by property test.
 */
export function compileSql(
  plan: ViewPlan,
  relations: readonly SqlRelation[],
  dialect: SqlDialect,
  windows: WindowSpan | null = null,
): string {
  const { parts } = plan;
  const definition = viewOf(plan);
  const [first] = relations;
  if (first === undefined) return impossible('a query over nothing');
  const q = dialect.quoteIdentifier;
  const terms = termsOf(parts);
  const canOverflow = relations.some((relation) => overflowOf(plan, sourceOf(plan, relation), dialect) !== null);
  const keys = definition.by.map(({ name }, index) => `k${index} AS ${q(name)}`);
  const states = parts.map((part, index) => {
    const term = part.of === null ? null : `a${terms.indexOf(meaningOf(part.of))}`;
    return `${partOf(part.kind).sql[dialect.name](part, term)} AS p${index}`;
  });
  const overflow = canOverflow
    ? [`min({'s': "stream", 'p': "partition", 'o': "offset"}) FILTER (overflowed) AS overflow`]
    : [];
  return [
    `SELECT ${[...keys, 'w AS window_number', ...states, ...overflow].join(', ')}`,
    `FROM (${relations.map((relation) => selectOf(plan, relation, windows, canOverflow, dialect)).join('\nUNION ALL ')})`,
    `GROUP BY ${Array.from({ length: keys.length + 1 }, (_, index) => index + 1).join(', ')}`,
  ].join('\n');
}

/** What is grouped and aggregated, of the events of one relation. */
function selectOf(
  plan: ViewPlan,
  relation: SqlRelation,
  windows: WindowSpan | null,
  canOverflow: boolean,
  dialect: SqlDialect,
): string {
  const { parts } = plan;
  const definition = viewOf(plan);
  const q = dialect.quoteIdentifier;
  const source = sourceOf(plan, relation);
  const isPlaced = canOverflow || parts.some(({ kind }) => kind === 'argmin' || kind === 'argmax');
  const overflowed = overflowOf(plan, source, dialect);
  const columns = [
    ...definition.by.map(({ of }, index) => `${sqlOf(of, dialect)} AS k${index}`),
    `${windowStartSql(definition.window, q('event_time'), dialect)} AS w`,
    ...termNodesOf(parts).map((node, index) => `${sqlOf(node, dialect)} AS a${index}`),
    ...(isPlaced ? ['event_time', 'stream', 'partition', 'offset'].map(q) : []),
    ...(canOverflow ? [`${overflowed ?? 'FALSE'} AS overflowed`] : []),
  ];
  const where = definition.where === null ? null : sqlOf(definition.where, dialect);
  const conditions = [
    ...(relation.within === null ? [] : [withinSql(relation.within, dialect)]),
    ...(windows === null ? [] : [spanSql(windows, dialect)]),
    ...(where === null ? [] : [overflowed === null ? where : `(${where} OR ${overflowed})`]),
  ];
  const filter = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `SELECT ${columns.join(', ')} FROM ${withMissing(plan, source, relation.relation, dialect)}${filter}`;
}

const sourceOf = ({ sources }: ViewPlan, { source }: SqlRelation): Source =>
  sources[source] ?? impossible(`source ${source} of ${sources.length}`);

/** Whether anything that the view, or an upcast, computes of an event leaves 64 bits. null: nothing can. */
function overflowOf(plan: ViewPlan, { versions }: Source, dialect: SqlDialect): string | null {
  const ofView = overflowSqlOf(nodesOf(plan), dialect);
  const upcasts = versions.flatMap(({ upcast }) => Object.values(upcast ?? {}));
  const ofUpcasts = overflowSqlOf(upcasts, dialect) === null ? null : dialect.quoteIdentifier('upcast_overflow');
  const flags = [ofView, ofUpcasts].filter((flag) => flag !== null);
  return flags.length === 0 ? null : `(${flags.join(' OR ')})`;
}

/** The relation with the leaves that the view reads of other sources, null. */
function withMissing(plan: ViewPlan, { event }: Source, relation: string, dialect: SqlDialect): string {
  const known = new Set(leavesOf(event).map(({ path }) => path));
  const missing = new Map<string, string>();
  const visit = (node: ExpressionNode): void => {
    if (node.kind === 'field' && !known.has(node.name)) missing.set(node.name, sqlTypeOf(node.type, dialect));
    operandsOf(node).forEach(visit);
  };
  nodesOf(plan).forEach(visit);
  if (missing.size === 0) return relation;
  const columns = [...missing].map(
    ([path, type]) => `CAST(NULL AS ${type}) AS ${dialect.quoteIdentifier(columnOfField(path))}`,
  );
  return `(SELECT *, ${columns.join(', ')} FROM ${relation})`;
}

function withinSql(within: NonNullable<SqlRelation['within']>, { quoteIdentifier: q }: SqlDialect): string {
  if (within.length === 0) return 'FALSE';
  const applied = q('applied_offset');
  return `(${within.map(({ partition, from, to }) => `(${q('partition')} = ${partition} AND ${applied} >= ${from} AND ${applied} < ${to})`).join(' OR ')})`;
}

/** Of the time itself, not of its window: so files are skipped by what they say of their times. */
const spanSql = ({ fromMs, toMs }: WindowSpan, { quoteIdentifier: q }: SqlDialect): string =>
  `(${q('event_time')} >= ${fromMs} AND ${q('event_time')} < ${toMs})`;

/** Every expression of the view. */
function nodesOf(plan: ViewPlan): readonly ExpressionNode[] {
  const { where, by } = viewOf(plan);
  return [...(where === null ? [] : [where]), ...by.map(({ of }) => of), ...termNodesOf(plan.parts)];
}

/** What parts are of, each once. */
function termNodesOf(parts: readonly Part[]): readonly ExpressionNode[] {
  const byMeaning = new Map(parts.flatMap(({ of }) => (of === null ? [] : [[meaningOf(of), of] as const])));
  return [...byMeaning.values()];
}

const termsOf = (parts: readonly Part[]): readonly string[] => termNodesOf(parts).map(meaningOf);

const meaningOf = (node: ExpressionNode): string => JSON.stringify(node);
