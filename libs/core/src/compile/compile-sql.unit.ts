import { describe, expect, it } from '@jest/globals';
import { int, optional, string } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { count, first, max, sum } from '../views/aggregates.js';
import { defineView } from '../views/define-view.js';
import { subtract } from '../views/arithmetic.js';
import { and, coalesce, eq, isNull, not, or } from '../views/expressions.js';
import { planView } from '../views/plan-view.js';
import type { ViewPlan } from '../views/view-plan.js';
import { daily, hourly } from '../views/windows.js';
import { compileSql, type SqlRelation } from './compile-sql.js';
import { duckDb } from './sql-dialect.js';

const event = defineEvent({
  type: 'thing.seen',
  stream: 'things',
  data: { name: optional(string()), size: int(), age: optional(int()) },
});
const view = defineView({
  name: 'things',
  from: event,
  where: ({ name, size }) => and(or(eq(name, "O'Hare"), isNull(name)), not(eq(size, -1)), or(), and()),
  by: ({ name }) => ({ name: coalesce(name, '') }),
  window: hourly(),
  measures: ({ size, age }) => ({ things: count(), total: sum(size), greatest: max(size), oldest: max(age) }),
});
const all: SqlRelation = { source: 0, relation: 'archive', within: null };
const linesOf = (plan: ViewPlan, relations: readonly SqlRelation[]): readonly string[] =>
  compileSql(plan, relations, duckDb).split('\n');

describe('a view as SQL', () => {
  it('selects what is grouped and aggregated, each once, then dimensions, window and parts', () => {
    expect(linesOf(planView(view, [event]), [all])).toEqual([
      `SELECT k0 AS "name", w AS window_number, count(*) AS p0, coalesce(sum(a0), 0) AS p1, max(a0) AS p2, max(a1) AS p3`,
      `FROM (SELECT coalesce("d_name", CAST('' AS VARCHAR)) AS k0, ("event_time" - ("event_time" + 8835946560000000) % 3600000) AS w, "d_size" AS a0, "d_age" AS a1 FROM archive WHERE ((("d_name" = CAST('O''Hare' AS VARCHAR)) OR ("d_name" IS NULL)) AND (NOT ("d_size" = CAST(-1 AS BIGINT))) AND FALSE AND TRUE))`,
      'GROUP BY 1, 2',
    ]);
  });

  it('looks at offsets only of the relations that a bound goes through', () => {
    const through = { ...all, relation: 'newest', within: [{ partition: 2, from: 3, to: 7 }] };
    const [, whole, cut] = linesOf(planView(view, [event]), [all, through]);
    expect(whole).not.toContain('offset');
    expect(cut).toMatch(
      /^UNION ALL SELECT .* FROM newest WHERE \(\("partition" = 2 AND "applied_offset" >= 3 AND "applied_offset" < 7\)\) AND /,
    );
    expect(linesOf(planView(view, [event]), [{ ...all, within: [] }])[1]).toContain(' WHERE FALSE AND ');
  });

  it('looks at the times of events where only some windows are asked for', () => {
    const sql = compileSql(planView(view, [event]), [all], duckDb, { fromMs: -3_600_000, toMs: 7_200_000 });
    expect(sql).toContain(' WHERE ("event_time" >= -3600000 AND "event_time" < 7200000) AND ');
  });

  it('without dimensions groups by window alone', () => {
    const totals = defineView({
      name: 'totals',
      from: event,
      window: daily(),
      measures: ({ size }) => ({ total: sum(size) }),
    });
    const lines = linesOf(planView(totals, [event]), [all]);
    expect([lines[0], lines[2]]).toEqual(['SELECT w AS window_number, coalesce(sum(a0), 0) AS p0', 'GROUP BY 1']);
  });

  it('keeps the events that overflow past the filter, and names the least of them', () => {
    const differences = defineView({
      name: 'differences',
      from: event,
      where: ({ age }) => eq(age, 1),
      window: daily(),
      measures: ({ size }) => ({ least: max(subtract(size, 1)) }),
    });
    const [outer, inner] = linesOf(planView(differences, [event]), [all]);
    expect(outer).toMatch(
      /, min\(\{'s': "stream", 'p': "partition", 'o': "offset"\}\) FILTER \(overflowed\) AS overflow$/,
    );
    expect(inner).toMatch(/ AS overflowed FROM archive WHERE \(\("d_age" = CAST\(1 AS BIGINT\)\) OR \(/);
  });

  it('unites several sources; a leaf that one lacks is null', () => {
    const lost = defineEvent({ type: 'thing.lost', stream: 'losses', data: { name: string() } });
    const both = defineView({
      name: 'both',
      from: [event, lost],
      window: daily(),
      measures: ({ name, size }) => ({ first: first(name), total: sum(size) }),
    });
    const [, seen, losses] = linesOf(planView(both, [event, lost]), [all, { ...all, source: 1, relation: 'losses' }]);
    expect(seen).toContain(' FROM archive');
    expect(losses).toContain(' FROM (SELECT *, CAST(NULL AS BIGINT) AS "d_size" FROM losses)');
    expect(losses).toContain('"event_time", "stream", "partition", "offset"');
  });
});

describe('the dialect of DuckDB', () => {
  it('quotes names and text so that nothing in them ends the quote', () => {
    expect(duckDb.quoteIdentifier('a"b')).toBe('"a""b"');
    expect(duckDb.quoteText("O'Hare\\ '' --")).toBe("'O''Hare\\ '''' --'");
  });
});
