import { beforeAll, describe, expect, it } from '@jest/globals';
import { compareView } from './check.ts';
import { flightsInOrder } from './flights.ts';
import type { PlainRow } from './gateway.ts';
import { serveHttp } from './serve-http.ts';

const FLIGHTS = 2_000;
const PAGE = 7;
const VIEW = 'delays-by-airport';

/** The view, by a plain loop. */
async function delaysByAirport(): Promise<readonly PlainRow[]> {
  const groups = new Map<string, { airport: string; day: string; delays: number[] }>();
  for await (const flights of flightsInOrder(FLIGHTS))
    for (const { origin, date, delay } of flights) {
      const day = date.slice(0, 10);
      const group = groups.get(`${origin} ${day}`) ?? { airport: origin, day, delays: [] };
      group.delays.push(delay);
      groups.set(`${origin} ${day}`, group);
    }
  return [...groups.values()].map(({ airport, day, delays }) => {
    const totalDelay = delays.reduce((sum, delay) => sum + delay, 0);
    const start = `${day}T00:00:00.000Z`;
    const window = { start, end: new Date(Date.parse(start) + 86_400_000).toISOString() };
    const [flights, worstDelay] = [delays.length, Math.max(...delays)];
    return { airport, window, flights, totalDelay, worstDelay, averageDelay: totalDelay / flights };
  });
}

describe('the check of the demo', () => {
  let rows: readonly PlainRow[] = [];
  beforeAll(async () => {
    rows = await delaysByAirport();
  });

  /** Compares the source with a gateway that has these rows, a few to a page. */
  async function compare(answered: readonly PlainRow[]): Promise<readonly string[]> {
    const gateway = await serveHttp((request) => {
      const from = Number(new URL(request.url ?? '', 'http://gateway').searchParams.get('cursor') ?? 0);
      const next = from + PAGE < answered.length ? `${from + PAGE}` : null;
      return { status: 200, body: { rows: answered.slice(from, from + PAGE), next } };
    });
    try {
      const comparison = await compareView(gateway.url, VIEW, FLIGHTS);
      expect(comparison.rows).toBe(answered.length);
      return comparison.differences;
    } finally {
      gateway.close();
    }
  }

  const changed = (index: number, change: PlainRow): readonly PlainRow[] =>
    rows.with(index, { ...rows[index], ...change });

  it('finds nothing where every row of every page is right', async () => {
    expect(rows.length).toBeGreaterThan(10 * PAGE);
    expect(await compare(rows)).toEqual([]);
  });

  it('finds a row that is missing, one that is too many, and one that is there twice', async () => {
    expect(await compare(rows.slice(1))).toEqual([expect.stringContaining('is in the source, not in the answer')]);
    const [first] = rows;
    expect(await compare([...rows, { ...first, airport: 'XXX' }])).toEqual([
      expect.stringMatching(/XXX: is in the answer, not in the source/),
    ]);
    expect(await compare([...rows, first as PlainRow])).toEqual([expect.stringContaining('not in the source')]);
  });

  it('finds every measure that is wrong by the least', async () => {
    const valueOf = (measure: string): number => Number(rows[3]?.[measure]);
    expect(await compare(changed(3, { flights: valueOf('flights') + 1 }))).toHaveLength(1);
    expect(await compare(changed(3, { worstDelay: valueOf('worstDelay') - 1 }))).toHaveLength(1);
    expect(await compare(changed(3, { averageDelay: valueOf('averageDelay') + 1e-9 }))).toHaveLength(1);
    expect(await compare(changed(3, { window: { start: '2001-02-01T00:00:00.000Z' } }))).toHaveLength(2);
  });

  it('does not take null, or nothing, for zero', async () => {
    const zero = rows.findIndex(({ totalDelay }) => totalDelay === 0);
    expect(zero).toBeGreaterThanOrEqual(0);
    expect(await compare(changed(zero, { totalDelay: null }))).toHaveLength(1);
    const { totalDelay: _left, ...rest } = rows[zero] as PlainRow;
    expect(await compare(rows.with(zero, rest))).toHaveLength(1);
  });

  it('shows the first differences, and says how many more there are', async () => {
    expect((await compare([])).at(-1)).toBe(`… and ${rows.length - 10} more`);
  });
});
