import { describe, expect, it } from '@jest/globals';
import * as flights from '@twofold/catalog-flights';
import * as core from '@twofold/core';
import { fileURLToPath } from 'node:url';
import { codeBlocks, readPage } from './markdown.ts';
import { runBlock } from './run-block.ts';

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const page = readPage(root, 'docs/adding-a-view.md');
const [source = ''] = codeBlocks(page, 'ts');
const view = runBlock(source, { '@twofold/core': core, '../events/flight-landed.js': flights })[
  'punctuality'
] as core.ViewDefinition;

describe('docs/adding-a-view.md', () => {
  const plan = core.planView(view, flights.flights.events);

  it('declares a view whose rows are as the page says', () => {
    const flight = (offset: number, delay: number, time: string): core.PlainEvent => ({
      ...{ stream: 'flights', partition: 0, offset, type: 'flight.landed', timeMs: Date.parse(time) },
      data: { date: 0, delay, distance: 2_475, origin: 'JFK', destination: `X${offset}` },
    });
    // the second is of the same day in New York
    const rows = core.naiveView(plan, [
      flight(0, 20, '2001-07-04T12:00:00Z'),
      flight(1, 10, '2001-07-05T03:59:59Z'),
      flight(2, 0, '2001-07-05T04:00:00Z'),
    ]);
    expect(rows.map((row) => core.presentRow(plan, row))).toEqual([
      {
        airport: 'jfk',
        haul: 'long',
        window: { start: '2001-07-04T04:00:00.000Z', end: '2001-07-05T04:00:00.000Z' },
        ...{ flights: 2, late: 1, averageDelay: 15, spread: 5, worstTenth: 20, destinations: 2 },
      },
      expect.objectContaining({ flights: 1, late: 0 }),
    ]);
  });

  it('is asked for by parameters that exist', () => {
    const [command = ''] = codeBlocks(page, 'sh');
    const url = new URL(/http:\/\/[^']+/.exec(command)?.[0] ?? '');
    const limits = { defaultRows: 100, maxRows: 10_000, maxWaitMs: 30_000 };
    expect(core.readRowsRequest(plan, Object.fromEntries(url.searchParams), limits)).toMatchObject({ limit: 10 });
  });

  it('names functions that there are', () => {
    const [, said = ''] = /## What can be said(.*?)## Asking/s.exec(page.text) ?? [];
    const named = [...said.matchAll(/`([a-z][A-Za-z]+)[(`]/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((name) => !(name in core))).toEqual([]);
  });
});
