import type { OffsetVector } from '../answer/offset-vector.js';
import { impossible } from '../errors/twofold-error.js';
import type { Part } from '../algebra/part.js';
import type { ViewPlan } from '../views/view-plan.js';
import { widthOf } from '../views/window-number.js';
import type { SqlDialect } from './sql-dialect.js';
import { sqlOf } from './sql-expression.js';

/** Where a view's events stand: text that can follow FROM, with the archive's columns; and the cut they are taken below. */
export type SqlSource = { readonly relation: string; readonly cut: OffsetVector };

/**
 * A view as one SQL query over the archive. Its columns are the dimensions, `window_number`, then the parts, each in the
 * plan's order; one row for each (dimensions, window). Equal to the compiled fold, by property test.
 */
export function compileSql(plan: ViewPlan, { relation, cut }: SqlSource, dialect: SqlDialect): string {
  const { definition, event } = plan;
  const q = dialect.quoteIdentifier;
  const keys = [
    ...definition.by.map(({ name, of }) => `${sqlOf(of, dialect)} AS ${q(name)}`),
    `${floorDivide(q('event_time'), widthOf(definition.window))} AS window_number`,
  ];
  const parts = plan.parts.map((part, index) => `${aggregateOf(part, dialect)} AS p${index}`);
  const conditions = [
    `verdict = 'event'`,
    `${q('type')} = ${dialect.quoteText(event.type)}`,
    `${q('version')} = ${event.version}`,
    belowCut(cut, event.stream, dialect),
    ...(definition.where === null ? [] : [sqlOf(definition.where, dialect)]),
  ];
  return [
    `SELECT ${[...keys, ...parts].join(', ')}`,
    `FROM ${relation}`,
    `WHERE ${conditions.join(' AND ')}`,
    `GROUP BY ${keys.map((_, index) => index + 1).join(', ')}`,
  ].join('\n');
}

function aggregateOf(part: Part, dialect: SqlDialect): string {
  const of = sqlOf(part.of, dialect);
  switch (part.kind) {
    case 'sum':
      return dialect.sum(of);
    case 'min':
    case 'max':
      return `${part.kind}(${of})`;
    default:
      return impossible(`part ${JSON.stringify(part.kind satisfies never)}`);
  }
}

/** Integer division rounded down: `//` and `div` round towards zero. */
const floorDivide = (column: string, width: number): string =>
  `CAST((${column} - ((${column} % ${width}) + ${width}) % ${width}) / ${width} AS BIGINT)`;

function belowCut(cut: OffsetVector, stream: string, dialect: SqlDialect): string {
  const q = dialect.quoteIdentifier;
  const perPartition = (cut[stream] ?? []).flatMap((offset, partition) =>
    offset > 0 ? [`(${q('partition')} = ${partition} AND ${q('offset')} < ${offset})`] : [],
  );
  return perPartition.length === 0 ? 'FALSE' : `(${perPartition.join(' OR ')})`;
}
