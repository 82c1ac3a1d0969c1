import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BEYOND,
  average,
  boolean,
  count,
  date,
  decimal,
  defineCatalog,
  defineEvent,
  defineProjection,
  defineView,
  distinct,
  histogram,
  hourly,
  identityOf,
  int,
  latest,
  max,
  optional,
  planView,
  readRowsRequest,
  string,
  sum,
  timestamp,
  allTime,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { AnswerPorts } from '@twofold/flows';
import fastify, { type FastifyInstance } from 'fastify';
import type { RowsRead } from '@twofold/ports';
import { describeView } from '../describe-view.js';
import { serveGraphql } from './serve-graphql.js';

const sold = defineEvent({
  type: 'thing.sold',
  stream: 'sales',
  data: {
    shop: optional(string()),
    size: int(),
    price: decimal(2),
    day: date(),
    isRed: boolean(),
    madeAt: timestamp(),
  },
});
const salesByShop = defineView({
  name: 'sales-by-shop',
  description: 'Sales "by shop"',
  from: sold,
  by: ({ shop, size, day }) => ({ shop, size, day }),
  window: hourly(),
  measures: ({ shop, size, price, isRed, madeAt }) => ({
    sales: count(),
    revenue: sum(price),
    meanSize: average(size),
    lastIsRed: latest(isRed),
    lastMadeAt: latest(madeAt),
    shops: distinct(shop, { atMost: 3 }),
    prices: histogram(price, ['0.50', '10.00']),
  }),
});
const everything = defineView({
  name: 'everything',
  from: sold,
  window: allTime(),
  measures: () => ({ sales: count() }),
});
const lastSales = defineProjection({
  name: 'last-sales',
  from: sold,
  init: () => ({ sizes: [] as readonly number[] }),
  evolve: ({ sizes }, { data }) => ({ sizes: [...sizes, Number(data.size)].slice(-3) }),
  present: ({ sizes }) => ({
    sales: sizes.length,
    isFalling: sizes[0] !== undefined && sizes[0] > Number(sizes.at(-1)),
  }),
  measures: { sales: int(), isFalling: boolean() },
});
const catalog = defineCatalog({ events: [sold], views: [salesByShop, everything], projections: [lastSales] });
const plan = planView(salesByShop, [sold]);
const partOf = (measure: string): number => plan.measures.find(({ name }) => name === measure)?.parts[0] ?? -1;
const rowWith = (shops: string): ViewRow => ({
  dimensions: ['a', 2n ** 60n, 11_382],
  window: 983_404_800_000,
  parts: plan.parts.map((part, index) => {
    if (index === partOf('shops')) return shops;
    if (index === partOf('sales')) return 4;
    if (index === partOf('lastIsRed')) return '[0,"sales",0,7,false]';
    if (index === partOf('meanSize')) return 10;
    if (index === partOf('revenue')) return 2n ** 70n;
    if (index === partOf('prices')) return '0:1,2:9007199254740993';
    return identityOf(part);
  }),
});

describe('GraphQL over the catalog', () => {
  let server: FastifyInstance;
  const asked: unknown[] = [];
  let serving: readonly ViewPlan[] = catalog.views;
  let changed = (): void => undefined;
  let rows: readonly ViewRow[] = [];

  beforeAll(async () => {
    server = fastify();
    const ports: AnswerPorts = {
      batchViews: {
        published: async (view) => ({
          view,
          number: 1,
          cut: { sales: [] },
          rowCount: 1,
          deadLetters: 0,
          duplicates: 0,
          held: 0,
          appliedAtMs: null,
          publishedAtMs: null,
          madeBy: null,
        }),
        history: async () => [],
        read: async (_plan, _generation, read: RowsRead) => {
          asked.push(read);
          return rows;
        },
        readKeys: async () => [],
        rollUp: async (_plan, _generation, selection, rollUp) => {
          asked.push({ selection, rollUp });
          return rows;
        },
      },
      speedViews: { read: async () => null },
      heads: async () => [],
      clock: { now: () => 0, elapsed: () => 0, wait: async () => undefined },
    };
    serveGraphql(server, { servingPlans: () => serving, onChange: (listener) => (changed = listener) }, ports);
    await server.ready();
  });
  afterAll(() => server.close());

  type Reply = {
    readonly data: Readonly<Record<string, { readonly rows: readonly unknown[] } | null>> | null;
    readonly errors?: readonly { readonly message: string; readonly extensions?: unknown }[];
  };
  const ask = async (query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Reply> => {
    asked.length = 0;
    const reply = await server.inject({ method: 'POST', url: '/graphql', payload: { query, variables } });
    return reply.json<Reply>();
  };

  it('shows what a projection presents, in whichever order', async () => {
    rows = [{ dimensions: ['a'], window: 0, parts: ['[9,{"sizes":[3,2,1]}]'] }];
    const { data, errors } = await ask(
      '{ lastSales(where: {subject: ["a"]}, having: {sales: {gt: 2}}, orderBy: sales_desc) { rows { subject window { start } sales isFalling } } }',
    );
    expect(errors).toBeUndefined();
    expect(data?.['lastSales']?.rows).toEqual([{ subject: 'a', window: { start: null }, sales: 3, isFalling: true }]);
    expect(asked).toEqual([
      expect.objectContaining({ order: { by: { kind: 'measure', index: 0 }, descending: true } }),
    ]);
    rows = [{ dimensions: ['a'], window: 0, parts: ['[9,{"sizes":null}]'] }];
    const failed = await ask('{ lastSales { rows { sales } } }');
    expect(failed.errors?.[0]?.extensions).toEqual({ code: 'projection-failed' });
  });

  it('shows every type of value, histograms as buckets', async () => {
    rows = [rowWith('["a"]')];
    const query = `{ salesByShop {
      rows { shop size day window { start end } sales revenue meanSize lastIsRed shops prices { from to count } }
    } }`;
    // a query that is asked often is compiled
    for (let times = 0; times < 3; times++) await ask(query);
    const { data, errors } = await ask(query);
    expect(errors).toBeUndefined();
    expect(data?.['salesByShop']?.rows).toEqual([
      {
        shop: 'a',
        size: '1152921504606846976',
        day: '2001-03-01',
        window: { start: '2001-03-01T00:00:00.000Z', end: '2001-03-01T01:00:00.000Z' },
        sales: 4,
        revenue: '11805916207174113034.24',
        meanSize: 2.5,
        lastIsRed: false,
        shops: 1,
        prices: [
          { from: null, to: '0.50', count: 1 },
          { from: '0.50', to: '10.00', count: 0 },
          { from: '10.00', to: null, count: '9007199254740993' },
        ],
      },
    ]);
  });

  it('makes the request that REST makes of its arguments', async () => {
    rows = [];
    const query = `query ($size: Integer!) { salesByShop(
        where: { shop: ["a", "=b"], size: [$size, 9223372036854775807], day: ["2001-03-01"] }
        having: { sales: { ne: "5", ge: 9007199254740993 } revenue: { lt: "12.50" } meanSize: { gt: 0.5 }
                  lastIsRed: { eq: true } lastMadeAt: { le: "2001-03-01T00:00:00Z" } }
        orderBy: revenue_desc first: 7
      ) { rows { shop } } }`;
    for (let times = 0; times < 3; times++) await ask(query, { size: -3 });
    const { errors } = await ask(query, { size: -3 });
    expect(errors).toBeUndefined();
    const measure = (name: string): number => plan.measures.findIndex((candidate) => candidate.name === name);
    expect(asked).toEqual([
      {
        selection: {
          dimensions: [['a', '=b'], [-3, 2n ** 63n - 1n], [11_382]],
          fromWindow: null,
          toWindow: null,
        },
        having: [
          { measure: measure('sales'), operator: 'ne', value: 5 },
          { measure: measure('sales'), operator: 'ge', value: 9007199254740993n },
          { measure: measure('revenue'), operator: 'lt', value: 1250 },
          { measure: measure('meanSize'), operator: 'gt', value: 0.5 },
          { measure: measure('lastIsRed'), operator: 'eq', value: true },
          { measure: measure('lastMadeAt'), operator: 'le', value: 983_404_800_000 },
        ],
        order: { by: { kind: 'measure', index: measure('revenue') }, descending: true },
        limit: 8,
        after: null,
      },
    ]);
  });

  it('rolls up to a granularity and some dimensions; the others are null', async () => {
    rows = [{ ...rowWith('[]'), dimensions: [5], window: 983_404_800_000 }];
    const { data, errors } = await ask(
      `{ salesByShop(granularity: month, groupBy: [size], orderBy: size) { rows { shop size window { end } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(asked).toEqual([
      {
        selection: { dimensions: [null, null, null], fromWindow: null, toWindow: null },
        rollUp: { window: { kind: 'tumbling', unit: 'month', timeZone: 'UTC' }, dimensions: [1] },
      },
    ]);
    expect(data?.['salesByShop']?.rows).toEqual([{ shop: null, size: 5, window: { end: '2001-04-01T00:00:00.000Z' } }]);
    await ask(`{ salesByShop(groupBy: []) { rows { sales } } }`);
    expect(asked).toMatchObject([{ rollUp: { window: null, dimensions: [] } }]);
  });

  it('of all time has a window without start and end', async () => {
    rows = [{ dimensions: [], window: 0, parts: [3] }];
    const { data } = await ask(`{ everything { rows { sales window { start end } } } }`);
    expect(data?.['everything']?.rows).toEqual([{ sales: 3, window: { start: null, end: null } }]);
  });

  it.each<[string, string, string]>([
    ['invalid-value', '/having', `having: { revenue: { lt: "12.345" } }`],
    ['invalid-value', '/having', `having: { shops: { gt: 9 } }`],
    ['unknown-measure', '/orderBy', `groupBy: [size] orderBy: shop`],
    ['invalid-value', '/day', `where: { day: ["yesterday"] }`],
    ['invalid-range', '/from', `from: "yesterday"`],
    ['invalid-value', '/cursor', `after: "abc"`],
  ])('refuses with %s at %s: %s', async (code, pointer, args) => {
    const { errors } = await ask(`{ salesByShop(${args}) { rows { sales } } }`);
    expect(errors?.[0]?.extensions).toEqual({ code, pointer });
  });

  it('says when there were too many different values to count them', async () => {
    rows = [rowWith(BEYOND)];
    const { errors } = await ask(`{ salesByShop { rows { shops } } }`);
    expect(errors?.[0]?.extensions).toEqual({ code: 'distinct-too-large' });
  });

  it.each([
    'granularity: minute',
    'orderBy: prices',
    'having: { prices: { gt: 1 } }',
    'groupBy: [sales]',
    'where: { size: [1.5] }',
  ])('has a schema that does not take %s', async (args) => {
    const { errors } = await ask(`{ salesByShop(${args}) { rows { sales } } }`);
    expect(errors).toHaveLength(1);
    expect(asked).toEqual([]);
  });

  it('follows the versions that serve', async () => {
    const schema = async (): Promise<string> => (await server.inject({ url: '/graphql/schema' })).body;
    expect(await schema()).not.toContain('bestSale');
    const other = defineView({
      ...{ name: 'everything', from: sold, window: allTime() },
      measures: ({ price }) => ({ bestSale: max(price) }),
    });
    serving = [plan, planView(other, [sold])];
    changed();
    expect(await schema()).toContain('bestSale');
    rows = [{ dimensions: [], window: 0, parts: [1250] }];
    const { data, errors } = await ask('{ everything { rows { bestSale } answer { version } } }');
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      everything: { rows: [{ bestSale: '12.50' }], answer: { version: serving[1]?.id.version } },
    });
    expect((await ask('{ everything { rows { sales } } }')).errors).toHaveLength(1);
    serving = catalog.views;
    changed();
    expect((await ask('{ everything { rows { sales } } }')).errors).toBeUndefined();
  });
});

describe('a projection', () => {
  const [projection] = catalog.views.slice(-1) as [ViewPlan];

  it('is described as one, by subject and over all time', () => {
    expect(describeView(projection)).toMatchObject({
      ...{ view: 'last-sales', kind: 'projection', granularities: ['all'] },
      dimensions: [{ name: 'subject', type: 'string', nullable: false }],
      measures: [
        { name: 'sales', type: 'int', isOrdered: true },
        { name: 'isFalling', type: 'boolean', isOrdered: true },
      ],
    });
  });

  it('is never rolled up', () => {
    const limits = { defaultRows: 1, maxRows: 1, maxWaitMs: 1 };
    expect(readRowsRequest(projection, { groupBy: 'subject', granularity: 'all' }, limits)).toMatchObject({
      rollUp: null,
    });
    expect(() => readRowsRequest(projection, { groupBy: '' }, limits)).toThrow('its rows are by subject');
  });
});

describe('a view, described', () => {
  it('names what can be asked', () => {
    expect(describeView(plan)).toMatchObject({
      view: 'sales-by-shop',
      reads: [{ type: 'thing.sold', version: 1, stream: 'sales' }],
      dimensions: [
        { name: 'shop', type: 'string', nullable: true },
        { name: 'size', type: 'int', nullable: false },
        { name: 'day', type: 'date', nullable: false },
      ],
      granularities: ['hour', 'day', 'week', 'month', 'quarter', 'year', 'all'],
    });
    const measures = describeView(plan).measures;
    expect(measures.find(({ name }) => name === 'revenue')).toEqual({
      name: 'revenue',
      aggregate: 'sum',
      type: 'decimal(2)',
      nullable: false,
      isOrdered: true,
    });
    expect(measures.find(({ name }) => name === 'prices')).toMatchObject({
      type: 'histogram',
      isOrdered: false,
      boundaries: ['0.50', '10.00'],
    });
  });
});
