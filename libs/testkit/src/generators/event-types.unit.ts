import { describe, expect, it } from '@jest/globals';
import {
  PlainRecord,
  RecordDecoder,
  TwofoldError,
  currentEvent,
  dataReaderOf,
  dataSchemaOf,
  defineCatalog,
  leavesOf,
  type EventType,
  type Field,
  type LogRecord,
  type Scalar,
  type ScalarField,
  type Value,
} from '@twofold/core';
import fc from 'fast-check';
import { versionsOf } from './event-types.js';
import { logsOf } from './logs.js';

const RUNS = 500;
const MS_PER_DAY = 86_400_000;

/** The catalog of one type, and events of its versions. */
const catalogs = versionsOf('thing.seen', 'things').chain((versions) =>
  fc.record({ versions: fc.constant(versions), log: logsOf(versions) }),
);

/** Digits of an int or a decimal's units, with its point. */
function decimalText(units: Scalar, scale: number): string {
  const [, sign = '', digits = ''] = /^(-?)(\d+)$/.exec(String(units)) ?? [];
  const padded = digits.padStart(scale + 1, '0');
  return scale === 0 ? `${sign}${padded}` : `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

function scalarOnWire(field: ScalarField, value: Scalar): unknown {
  switch (field.kind) {
    case 'int':
      return typeof value === 'bigint' ? String(value) : value;
    case 'decimal':
      return decimalText(value, field.scale);
    case 'timestamp':
      return new Date(Number(value)).toISOString();
    case 'date':
      return new Date(Number(value) * MS_PER_DAY).toISOString().slice(0, 10);
    default:
      return value;
  }
}

/** The data as a producer writes it: what is optional and null is left out. */
function onWire(fields: Readonly<Record<string, Field>>, of: ReadonlyMap<string, Value>, prefix = ''): unknown {
  const members = Object.entries(fields).flatMap(([name, field]): readonly (readonly [string, unknown])[] => {
    const path = `${prefix}${name}`;
    if (field.kind === 'record') {
      const isMissing = [...of].every(([leaf, value]) => !leaf.startsWith(`${path}.`) || value === null);
      return field.optional && isMissing ? [] : [[name, onWire(field.fields, of, `${path}.`)]];
    }
    const value = of.get(path) ?? null;
    if (value === null) return [];
    if (field.kind === 'list')
      return [[name, (value as readonly Scalar[]).map((item) => scalarOnWire(field.of, item))]];
    return [[name, scalarOnWire(field, value as Scalar)]];
  });
  return Object.fromEntries(members);
}

/** A record that is there must have what is not optional in it: the generator's leaves do not know of each other. */
const isWhole = (event: EventType, values: readonly Value[]): boolean =>
  dataReaderOf(event)(onWire(event.fields, byPath(event, values)), []) === null;

const byPath = (event: EventType, values: readonly Value[]): ReadonlyMap<string, Value> =>
  new Map(leavesOf(event).map(({ path }, index) => [path, values[index] ?? null]));

function recordOf(event: EventType, timeMs: number, json: string): LogRecord {
  const headers = {
    ce_id: '1',
    ce_source: '/things',
    ce_type: event.type,
    ce_dataschema: dataSchemaOf(event),
    ce_time: new Date(timeMs).toISOString(),
  };
  return new PlainRecord({ offset: 0, appendedAtMs: 0, key: null, value: json, headers: Object.entries(headers) });
}

function outcomeOf(compute: () => unknown): unknown {
  try {
    return compute();
  } catch (error) {
    if (error instanceof TwofoldError && error.code === 'overflow') return 'overflow';
    throw error;
  }
}

const hasBeyondYears = (timeMs: number): boolean => !/^\d{4}-/.test(new Date(timeMs).toISOString());

describe('an event of any version of any type', () => {
  it('is read as it was written, parsed or scanned, and brought up as the reference does', () => {
    const seen = { events: 0, older: 0, overflows: 0 };
    fc.assert(
      fc.property(catalogs, ({ versions, log }) => {
        defineCatalog({ events: versions, views: [] });
        const decoder = new RecordDecoder(versions);
        for (const { type, version, verdict, values, timeMs } of log.flat()) {
          const event = versions.find((known) => known.type === type && known.version === version);
          if (event === undefined || verdict.kind === 'dead' || hasBeyondYears(timeMs) || !isWhole(event, values))
            continue;
          const record = recordOf(event, timeMs, JSON.stringify(onWire(event.fields, byPath(event, values))));
          const place = { timeMs, stream: event.stream, partition: 0, offset: 0 };
          const expected = outcomeOf(() => currentEvent(versions, version, values, place).data);
          // the second time it may be by a scanner that has learned its shape
          for (let time = 0; time < 2; time++) {
            expect(decoder.decode(record)).toBe('event');
            expect(decoder.event).toBe(event);
            expect(decoder.timeMs).toBe(timeMs);
            expect(decoder.values.slice(0, decoder.leafCount)).toEqual(values);
            const current = outcomeOf(() => {
              const { event: newest, values: broughtUp } = decoder.current();
              expect(newest).toBe(versions.at(-1));
              return Object.fromEntries(leavesOf(newest).map(({ path }, index) => [path, broughtUp[index]]));
            });
            expect(current).toEqual(expected);
          }
          seen.events += 1;
          if (event !== versions.at(-1)) seen.older += 1;
          if (expected === 'overflow') seen.overflows += 1;
        }
      }),
      { numRuns: RUNS },
    );
    expect(seen.events).toBeGreaterThan(RUNS);
    expect(seen.older).toBeGreaterThan(RUNS / 2);
    expect(seen.overflows).toBeGreaterThan(0);
  });
});
