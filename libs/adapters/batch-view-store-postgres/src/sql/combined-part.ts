import { BEYOND, impossible, storageOf, type Part, type ScalarTypeName } from '@twofold/core';
import { isWide } from './generation-columns.js';
import { quoteIdentifier } from './identifier.js';

type PartOf<K extends Part['kind']> = Part & { readonly kind: K };

/** Aggregates over the rows of a group, for the parts whose states are one value, each named as its column. */
export const combinedParts = (parts: readonly Part[]): readonly string[] =>
  parts.flatMap((part, index) => {
    const column = quoteIdentifier(`p${index}`);
    return isWide(part) ? [] : [`${combined(part, column)} AS ${column}`];
  });

function combined(part: Part, column: string): string {
  switch (part.kind) {
    case 'count':
    case 'sum':
      return `sum(${column})`;
    case 'min':
    case 'max':
      // there is no least boolean by that name
      if (storageOf(part.type) === 'boolean') return `${part.kind === 'min' ? 'bool_and' : 'bool_or'}(${column})`;
      return `${part.kind}(${column})`;
    case 'argmin':
      return stateAtPlace('min', column);
    case 'argmax':
      return stateAtPlace('max', column);
    default:
      return impossible(`part ${part.kind} in one value`);
  }
}

/**
 * The state at the least or greatest place. A state is `[time, stream, partition, offset, value]` as JSON; arrays of text
 * compare element by element, so numbers are padded to one length, times from 10^15 ms before 1970 on.
 */
function stateAtPlace(extreme: 'min' | 'max', column: string): string {
  const element = (index: number): string => `(${column}::jsonb ->> ${index})`;
  const padded = (number: string): string => `lpad((${number})::text, 16, '0')`;
  const place = [
    padded(`${element(0)}::numeric + 1000000000000000`),
    element(1),
    padded(`${element(2)}::numeric`),
    padded(`${element(3)}::numeric`),
    column,
  ];
  return `(${extreme}(ARRAY[${place.join(', ')}]::text[] COLLATE "C") FILTER (WHERE ${column} IS NOT NULL))[5]`;
}

/** Per group, `state`: the states of a part that hold many entries, taken apart and put together again as canonical text. */
export function combinedWidePart(part: Part, column: string, group: string, from: string): string {
  switch (part.kind) {
    case 'set':
      return combinedSet(part, column, group, from);
    case 'registers':
      return combinedRegisters(column, group, from);
    case 'buckets':
      return combinedBuckets(column, group, from);
    default:
      return impossible(`part ${part.kind} of many entries`);
  }
}

/** The text of an entry of a set is that of its JSON; null stands for what is beyond the bound. */
function combinedSet({ atMost, type }: PartOf<'set'>, column: string, group: string, from: string): string {
  const items = `SELECT NULL::jsonb AS item WHERE ${column} = '${BEYOND}' UNION ALL SELECT element FROM jsonb_array_elements(CASE WHEN ${column} = '${BEYOND}' THEN '[]' ELSE ${column}::jsonb END) AS element`;
  const different = `SELECT DISTINCT ${group}, item FROM ${from} CROSS JOIN LATERAL (${items}) AS items`;
  const text = `string_agg(item::text, ',' ORDER BY ${orderOfItem(type)})`;
  return `SELECT ${group}, CASE WHEN bool_or(item IS NULL) OR count(*) > ${atMost} THEN '${BEYOND}' ELSE '[' || ${text} || ']' END AS state FROM (${different}) AS different GROUP BY ${group}`;
}

/** By the value itself: an integer beyond 2^53 − 1 stands as `["digits"]`. */
function orderOfItem(type: ScalarTypeName): string {
  switch (storageOf(type)) {
    case 'integer':
      return `coalesce(item ->> 0, item #>> '{}')::numeric`;
    default:
      return `(item #>> '{}') COLLATE "C"`;
  }
}

/** Entries of three characters: two for the register, one for its rank; the greatest of a register has the greatest rank. */
function combinedRegisters(column: string, group: string, from: string): string {
  const greatest = `SELECT ${group}, max(entry[1] COLLATE "C") AS entry FROM ${from} CROSS JOIN LATERAL regexp_matches(${column}, '...', 'g') AS entry GROUP BY ${group}, left(entry[1], 2)`;
  return `SELECT ${group}, string_agg(entry, '' ORDER BY entry COLLATE "C") AS state FROM (${greatest}) AS greatest GROUP BY ${group}`;
}

/** Entries `bucket:count`, joined by commas. */
function combinedBuckets(column: string, group: string, from: string): string {
  const bucket = `split_part(entry, ':', 1)::bigint`;
  const total = `SELECT ${group}, ${bucket} AS bucket, sum(split_part(entry, ':', 2)::numeric) AS total FROM ${from} CROSS JOIN LATERAL string_to_table(${column}, ',') AS entry WHERE entry <> '' GROUP BY ${group}, ${bucket}`;
  return `SELECT ${group}, string_agg(bucket || ':' || total, ',' ORDER BY bucket) AS state FROM (${total}) AS totals GROUP BY ${group}`;
}
