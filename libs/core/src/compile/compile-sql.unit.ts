import { describe, expect, it } from '@jest/globals';
import { int, optional, string } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { count, daily, defineView, hourly, max, sum } from '../views/define-view.js';
import { and, coalesce, eq, isNull, not, or, subtract } from '../views/expressions.js';
import { planView } from '../views/plan-view.js';
import { compileSql } from './compile-sql.js';
import { duckDb } from './sql-dialect.js';

const event = defineEvent({
  type: 'thing.seen',
  version: 3,
  stream: 'things',
  data: { name: optional(string()), size: int() },
});

const view = defineView({
  name: 'things',
  from: event,
  where: ({ name, size }) => and(or(eq(name, "O'Hare"), isNull(name)), not(eq(size, -1)), or(), and()),
  by: ({ name }) => ({ name: coalesce(name, '') }),
  window: hourly(),
  measures: ({ size }) => ({ things: count(), least: max(subtract(size, 1)) }),
});
const plan = planView(view, event);

describe('a view as SQL', () => {
  it('selects dimensions, window and parts of the events below the cut', () => {
    const sql = compileSql(plan, { relation: 'archive', cut: { things: [3, 0, 7], others: [9] } }, duckDb);
    expect(sql.split('\n')).toEqual([
      `SELECT coalesce("d_name", CAST('' AS VARCHAR)) AS "name", CAST(("event_time" - (("event_time" % 3600000) + 3600000) % 3600000) / 3600000 AS BIGINT) AS window_number, CAST(coalesce(sum(CAST(1 AS BIGINT)), 0) AS BIGINT) AS p0, max(("d_size" - CAST(1 AS BIGINT))) AS p1`,
      'FROM archive',
      `WHERE verdict = 'event' AND "type" = 'thing.seen' AND "version" = 3 AND (("partition" = 0 AND "offset" < 3) OR ("partition" = 2 AND "offset" < 7)) AND ((("d_name" = CAST('O''Hare' AS VARCHAR)) OR ("d_name" IS NULL)) AND (NOT ("d_size" = CAST(-1 AS BIGINT))) AND FALSE AND TRUE)`,
      'GROUP BY 1, 2',
    ]);
  });

  it.each([{}, { things: [] }, { things: [0, 0] }, { others: [9] }])('selects nothing below the cut %j', (cut) => {
    expect(compileSql(plan, { relation: 'archive', cut }, duckDb)).toContain(' AND FALSE AND ');
  });

  it('without dimensions groups by window alone', () => {
    const totals = defineView({
      name: 'totals',
      from: event,
      window: daily(),
      measures: ({ size }) => ({ total: sum(size) }),
    });
    const sql = compileSql(planView(totals, event), { relation: 'archive', cut: { things: [1] } }, duckDb);
    expect(sql).toMatch(/^SELECT CAST\(.* AS window_number, /);
    expect(sql).toMatch(/\nGROUP BY 1$/);
  });
});

describe('the dialect of DuckDB', () => {
  it('quotes names and text so that nothing in them ends the quote', () => {
    expect(duckDb.quoteIdentifier('a"b')).toBe('"a""b"');
    expect(duckDb.quoteText("O'Hare\\ '' --")).toBe("'O''Hare\\ '''' --'");
  });
});
