import { describe, expect, it } from '@jest/globals';
import * as flights from '@twofold/catalog-flights';
import * as core from '@twofold/core';
import { fileURLToPath } from 'node:url';
import { codeBlocks, readPage } from './markdown.ts';
import { runBlock } from './run-block.ts';

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const page = readPage(root, 'docs/adding-a-projection.md');
const [source = ''] = codeBlocks(page, 'ts');
const projection = runBlock(source, { '@twofold/core': core, '../events/flight-landed.js': flights })[
  'punctualRows'
] as core.Projection;
const EVENTS = flights.flights.events;

const flight = (subject: string, delay: number): core.HappenedEvent => ({
  ...{ type: 'flight.landed', subject, timeMs: 0 },
  data: { date: '2001-07-04T00:00:00Z', delay, distance: 2_475, origin: subject.slice(0, 3), destination: 'LAX' },
});
const HAPPENED = [
  flight('JFK-LAX', 0),
  flight('ATL-LAX', 60),
  flight('JFK-LAX', 14),
  flight('JFK-LAX', 15),
  flight('JFK-LAX', -3),
];

describe('docs/adding-a-projection.md', () => {
  const plan = core.planProjection(projection, EVENTS);

  it('declares a projection whose rows are as the page says, in a catalog', () => {
    const events = HAPPENED.map(({ type, subject, timeMs, data }, offset) => ({
      ...{ stream: 'flights', partition: 0, offset, type, subject, timeMs, data: data as Record<string, core.Value> },
    }));
    expect(core.naiveProjection(plan, events).map((row) => core.presentRow(plan, row))).toEqual([
      expect.objectContaining({ subject: 'JFK-LAX', row: 1, longest: 2, lastDelay: -3, isAtItsBest: false }),
      expect.objectContaining({ subject: 'ATL-LAX', row: 0, longest: 0, lastDelay: 60, isAtItsBest: false }),
    ]);
    const catalog = core.defineCatalog({ events: EVENTS, views: [], projections: [projection] });
    expect(core.viewNamed(catalog, 'punctual-rows').id).toEqual(plan.id);
  });

  it('is checked as the page says', () => {
    core.checkDeterminism(projection, EVENTS, HAPPENED);
  });

  it('is asked for by parameters that exist', () => {
    const [command = ''] = codeBlocks(page, 'sh');
    const url = new URL(/http:\/\/[^']+/.exec(command)?.[0] ?? '');
    const limits = { defaultRows: 100, maxRows: 10_000, maxWaitMs: 30_000 };
    expect(core.readRowsRequest(plan, Object.fromEntries(url.searchParams), limits)).toMatchObject({ limit: 10 });
  });

  it('says the bound of a state as it is', () => {
    expect(page.text).toContain(`at most ${core.MAX_STATE_LENGTH.toLocaleString('en')} characters`);
  });
});
