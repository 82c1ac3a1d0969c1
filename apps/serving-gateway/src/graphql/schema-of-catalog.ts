import type { Catalog, ColumnType, ViewPlan } from '@twofold/core';

const SHARED = `
"An integer: a number within ±(2^53 − 1), a string of its digits beyond."
scalar Integer
"Any JSON value."
scalar Json

"A tumbling window: start is included, end is not. ISO 8601."
type Window { start: String! end: String! }

"How fresh an answer is: the newest event in it, and how many wait on the log."
type Freshness { appliedAt: String ageMs: Float lagEvents: Float }

"How many rows of this page have a part from the batch view, and from the speed view."
type Parts { batchRows: Int! speedRows: Int! }

"What an answer is exact at. position is a token for atLeast."
type Envelope {
  view: String! version: String! generation: Int!
  cut: Json! offsets: Json! position: String!
  freshness: Freshness! parts: Parts! catchingUp: Boolean! deadLetters: Float!
}
`;

/** The GraphQL schema of the catalog: one typed field for each view. */
export function schemaOfCatalog({ views }: Pick<Catalog, 'views'>): string {
  const fields = views.map((plan) => queryField(plan));
  return [SHARED, ...views.map(typesOf), `type Query {\n${fields.join('\n')}\n}`].join('\n');
}

/** `delays-by-airport` → `delaysByAirport`. */
export const fieldNameOf = (plan: ViewPlan): string =>
  plan.id.name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The value of an order's enum → what REST's `orderBy` says. */
export const orderOfEnum = (value: string): string =>
  value.endsWith(DESCENDING) ? `-${value.slice(0, -DESCENDING.length)}` : value;

const DESCENDING = '_desc';

const typeNameOf = (plan: ViewPlan): string => fieldNameOf(plan).replace(/^[a-z]/, (letter) => letter.toUpperCase());

function queryField(plan: ViewPlan): string {
  const type = typeNameOf(plan);
  const where = plan.dimensions.length === 0 ? '' : `where: ${type}Where, `;
  return `  ${describe(plan.definition.description)}\n  ${fieldNameOf(plan)}(${where}from: String, to: String, orderBy: ${type}Order, first: Int, after: String, atLeast: String, waitMs: Int, maxStalenessMs: Float): ${type}Answer!`;
}

function typesOf(plan: ViewPlan): string {
  const type = typeNameOf(plan);
  const columns = [...plan.dimensions, ...plan.measures].map(({ name, column }) => `${name}: ${outputTypeOf(column)}`);
  const orders = ['window', ...plan.dimensions.map((d) => d.name), ...plan.measures.map((m) => m.name)].flatMap(
    (name) => [name, name + DESCENDING],
  );
  const where = plan.dimensions.map(({ name, column }) => `${name}: [${inputTypeOf(column)}!]`);
  return [
    `type ${type}Row { window: Window! ${columns.join(' ')} }`,
    `type ${type}Answer { rows: [${type}Row!]! answer: Envelope! next: String }`,
    `enum ${type}Order { ${orders.join(' ')} }`,
    ...(where.length === 0
      ? []
      : [`"Any of the values, for each dimension that is named."\ninput ${type}Where { ${where.join(' ')} }`]),
  ].join('\n');
}

const outputTypeOf = ({ kind, nullable }: ColumnType): string =>
  ({ string: 'String', int: 'Integer', double: 'Float', boolean: 'Boolean', timestamp: 'String' })[kind] +
  (nullable ? '' : '!');

const inputTypeOf = ({ kind }: ColumnType): string =>
  ({ string: 'String', int: 'Float', double: 'Float', boolean: 'Boolean', timestamp: 'String' })[kind];

const describe = (text: string): string => (text === '' ? '' : JSON.stringify(text));
