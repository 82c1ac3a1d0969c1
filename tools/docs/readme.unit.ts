import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as flightsDomain from '@twofold/catalog-flights';
import * as core from '@twofold/core';
import { buildSchema, parse, validate } from 'graphql';
import { schemaOfCatalog } from '../../apps/serving-gateway/src/graphql/schema-of-catalog.ts';
import { codeBlocks, readPage } from './markdown.ts';
import { runBlock } from './run-block.ts';

const { defineCatalog, envelopeReaderOf, naiveView, presentRow, readRowsRequest, viewNamed } = core;

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const readme = readPage(root, 'README.md');
const catalog = defineCatalog(flightsDomain.flights);
const limits = { defaultRows: 100, maxRows: 10_000, maxWaitMs: 30_000 };

const [viewSource = ''] = codeBlocks(readme, 'ts');
const longHauls = runBlock(viewSource, { '@twofold/core': core, '../events/flight-landed.js': flightsDomain })[
  'longHauls'
] as core.ViewDefinition;
const withLongHauls = defineCatalog({
  events: flightsDomain.flights.events,
  views: [...flightsDomain.flights.views, longHauls],
});
const [sendEvent = '', askForIt = ''] = codeBlocks(readme, 'sh');
const event = JSON.parse(/-d '(\{.*\})'/s.exec(sendEvent)?.[1] ?? '') as {
  readonly time: string;
  readonly data: Readonly<Record<string, core.Scalar>>;
};

/** The view and the parameters of a URL of the gateway. */
function requestOf(text: string): { readonly view: string; readonly parameters: core.RequestParameters } {
  const url = new URL(/http:\/\/127\.0\.0\.1:4000[^' ]+/.exec(text)?.[0] ?? '');
  const [, , , view = ''] = url.pathname.split('/');
  return { view, parameters: Object.fromEntries(url.searchParams) };
}

describe('README', () => {
  it('has a first view that can be defined, and an event that is valid and comes to stand in it', () => {
    expect(envelopeReaderOf(withLongHauls.events)(event)).toMatchObject({ kind: 'valid', id: '1' });
    const plan = viewNamed(withLongHauls, 'long-hauls');
    const place = { stream: 'flights', partition: 0, offset: 0, type: 'flight.landed' };
    const rows = naiveView(plan, [{ ...place, timeMs: Date.parse(event.time), data: event.data }]);
    expect(rows.map((row) => presentRow(plan, row))).toEqual([
      expect.objectContaining({ destination: 'JFK', flights: 1, averageDelay: 12 }),
    ]);
  });

  it('asks for that row by parameters that exist', () => {
    const { view, parameters } = requestOf(askForIt);
    const { atLeast, ...others } = parameters;
    expect(atLeast).toBe('…');
    expect(readRowsRequest(viewNamed(withLongHauls, view), others, limits)).toMatchObject({ waitMs: 2000 });
  });

  it('has a first query by REST that is valid, and a row as such a view has it', () => {
    const { view, parameters } = requestOf(readme.text);
    const plan = viewNamed(catalog, view);
    expect(readRowsRequest(plan, parameters, limits)).toMatchObject({ limit: 3 });
    const [answer = ''] = codeBlocks(readme, 'json');
    const { rows } = JSON.parse(answer) as { readonly rows: readonly Readonly<Record<string, unknown>>[] };
    const names = [...plan.dimensions.map(({ name }) => name), 'window', ...plan.measures.map(({ name }) => name)];
    for (const row of rows) expect(Object.keys(row)).toEqual(names);
  });

  it('has a first query by GraphQL that the schema takes', () => {
    const body = /graphql .*?-d '(\{.*?\})'\n/s.exec(readme.text)?.[1] ?? '';
    const { query } = JSON.parse(body.replaceAll('\n', ' ')) as { readonly query: string };
    expect(validate(buildSchema(schemaOfCatalog(catalog)), parse(query))).toEqual([]);
  });

  it('lists exactly the variables that the apps read', () => {
    const settings = [
      'libs/platform/src/settings.ts',
      ...readdirSync(`${root}/apps`).map((app) => `apps/${app}/src/settings.ts`),
    ].map((path) => readFileSync(`${root}/${path}`, 'utf8'));
    const read = settings.flatMap((text) => [...text.matchAll(/^ +([A-Z][A-Z_]+): /gm)].map(([, name = '']) => name));
    const told = [...readme.text.matchAll(/^\| `([A-Z][A-Z_]+)` \|/gm)].map(([, name = '']) => name);
    expect(told.sort()).toEqual([...new Set([...read, 'TWOFOLD_ALLOW_OPEN', 'TWOFOLD_CATALOG'])].sort());
  });
});
