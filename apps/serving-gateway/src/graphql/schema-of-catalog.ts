import {
  granularitiesOf,
  storageOfColumn,
  type Catalog,
  type ColumnType,
  type PlannedDimension,
  type PlannedMeasure,
  type ViewPlan,
} from '@twofold/core';

const SHARED = `
"An integer: a number within ±(2^53 − 1), a string of its digits beyond. Either is taken."
scalar Integer
"Any JSON value."
scalar Json

"A tumbling window: start is included, end is not. ISO 8601. Of the one window of all time both are null."
type Window { start: String end: String }

"How many values are from one boundary (null: from the least on) to below the next (null: to the greatest)."
type Bucket { from: Json to: Json count: Integer! }

"How fresh an answer is: the newest event in it, and how many wait on the log."
type Freshness { appliedAt: String ageMs: Float lagEvents: Float }

"How many rows of this page have a part from the batch view, and from the speed view."
type Parts { batchRows: Int! speedRows: Int! }

"What an answer is exact at. position is a token for atLeast."
type Envelope {
  view: String! version: String! generation: Int!
  cut: Json! offsets: Json! position: String!
  freshness: Freshness! parts: Parts! catchingUp: Boolean! deadLetters: Float! duplicates: Float! held: Float!
}

"Conditions on a whole number, all of which hold."
input IntegerCondition { eq: Integer ne: Integer lt: Integer le: Integer gt: Integer ge: Integer }
"Conditions on a number, all of which hold."
input FloatCondition { eq: Float ne: Float lt: Float le: Float gt: Float ge: Float }
"Conditions on text (by code point), a decimal, a time or a date, all of which hold."
input TextCondition { eq: String ne: String lt: String le: String gt: String ge: String }
"Conditions on true and false, all of which hold."
input BooleanCondition { eq: Boolean ne: Boolean }
`;

/** The GraphQL schema of the catalog: one typed field for each view. */
export function schemaOfCatalog({ views }: Pick<Catalog, 'views'>): string {
  const fields = views.map((plan) => queryField(plan));
  return [SHARED, ...views.map(typesOf), `type Query {\n${fields.join('\n')}\n}`].join('\n');
}

/** `delays-by-airport` → `delaysByAirport`. */
export const fieldNameOf = (plan: ViewPlan): string =>
  plan.id.name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `delays-by-airport` → `DelaysByAirportRow`. */
export const rowTypeOf = (plan: ViewPlan): string => `${typeNameOf(plan)}Row`;

/** The value of an order's enum → what REST's `orderBy` says. */
export const orderOfEnum = (value: string): string =>
  value.endsWith(DESCENDING) ? `-${value.slice(0, -DESCENDING.length)}` : value;

const DESCENDING = '_desc';

const typeNameOf = (plan: ViewPlan): string => fieldNameOf(plan).replace(/^[a-z]/, (letter) => letter.toUpperCase());

function queryField(plan: ViewPlan): string {
  const type = typeNameOf(plan);
  const byDimension = plan.dimensions.length === 0 ? [] : [`where: ${type}Where`, `groupBy: [${type}Dimension!]`];
  const byMeasure = comparedOf(plan.measures).length === 0 ? [] : [`having: ${type}Having`];
  const args = [
    ...byDimension,
    `granularity: ${type}Granularity`,
    ...byMeasure,
    'from: String',
    'to: String',
    `orderBy: ${type}Order`,
    'first: Int',
    'after: String',
    'atLeast: String',
    'waitMs: Int',
    'maxStalenessMs: Float',
  ];
  return `  ${describe(plan.definition.description)}\n  ${fieldNameOf(plan)}(${args.join(', ')}): ${type}Answer!`;
}

function typesOf(plan: ViewPlan): string {
  const type = typeNameOf(plan);
  const { dimensions, measures } = plan;
  const ordered = ['window', ...dimensions.map(nameOf), ...comparedOf(measures).map(nameOf)];
  // a dimension that groupBy leaves out is null
  const columns = [
    ...dimensions.map(({ name, column }) => `${name}: ${valueTypeOf(column)}`),
    ...measures.map(({ name, column }) => `${name}: ${valueTypeOf(column)}${column.nullable ? '' : '!'}`),
  ];
  return [
    `type ${rowTypeOf(plan)} { window: Window! ${columns.join(' ')} }`,
    `type ${type}Answer { rows: [${rowTypeOf(plan)}!]! answer: Envelope! next: String }`,
    `enum ${type}Order { ${ordered.flatMap((name) => [name, name + DESCENDING]).join(' ')} }`,
    `"To windows of this length."\nenum ${type}Granularity { ${granularitiesOf(plan.definition.window).join(' ')} }`,
    ...inputOf(
      `${type}Having`,
      'What the measures of a row must be; null meets no condition.',
      comparedOf(measures).map(({ name, column }) => `${name}: ${conditionTypeOf(column)}`),
    ),
    ...inputOf(
      `${type}Where`,
      'Any of the values, for each dimension that is named.',
      dimensions.map(({ name, column }) => `${name}: [${valueTypeOf(column)}!]`),
    ),
    ...(dimensions.length === 0 ? [] : [`enum ${type}Dimension { ${dimensions.map(nameOf).join(' ')} }`]),
  ].join('\n');
}

const inputOf = (name: string, description: string, fields: readonly string[]): readonly string[] =>
  fields.length === 0 ? [] : [`${describe(description)}\ninput ${name} { ${fields.join(' ')} }`];

const nameOf = ({ name }: PlannedDimension | PlannedMeasure): string => name;

/** Measures that rows can be ordered and chosen by. */
const comparedOf = (measures: readonly PlannedMeasure[]): readonly PlannedMeasure[] =>
  measures.filter(({ column }) => storageOfColumn(column) !== null);

/** In and out alike: decimals, times and dates are text. */
function valueTypeOf({ type }: ColumnType): string {
  switch (type) {
    case 'int':
      return 'Integer';
    case 'double':
      return 'Float';
    case 'boolean':
      return 'Boolean';
    case 'histogram':
      return '[Bucket!]';
    default:
      return 'String';
  }
}

function conditionTypeOf(column: ColumnType): string {
  const type = valueTypeOf(column);
  return `${type === 'String' ? 'Text' : type}Condition`;
}

const describe = (text: string): string => (text === '' ? '' : JSON.stringify(text));
