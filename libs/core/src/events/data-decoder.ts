import type { Value } from './data-type.js';
import type { EventType } from './event-type.js';
import type { LogRecord } from './log-record.js';
import { dataReaderOf, type DataProblem } from './read-data.js';
import { compileDataScanner, type DataScanner } from './scan-data.js';

/** Shapes (orders of members) for which a scanner is compiled: producers have one or two each. */
const MAX_SHAPES = 4;

/** The text is no JSON. */
export type Unreadable = { readonly code: 'unreadable' };

/** Fills `values` from a record's value. null: it is valid. */
export type DataDecoder = (record: LogRecord, values: Value[]) => DataProblem | Unreadable | null;

const NO_JSON: Unreadable = { code: 'unreadable' };

/**
 * Reads an event type's data: by a scanner compiled for the shape it has learned, else by JSON.parse and
 * the checking reader. The outcome is always the reader's; a scanner is only the quicker way to it.
 */
export function dataDecoderOf(event: EventType): DataDecoder {
  const read = dataReaderOf(event);
  const scanners: DataScanner[] = [];
  let learned = 0;
  const learn = (data: object): void => {
    if (learned === MAX_SHAPES) return;
    learned += 1;
    const scanner = compileDataScanner(event, Object.keys(data));
    if (scanner !== null) scanners.push(scanner);
  };
  return (record, values) => {
    const { bytes, valueStart, valueEnd } = record;
    for (let index = 0; index < scanners.length; index++) {
      if (scanners[index]?.(bytes, valueStart, valueEnd, values) === true) return null;
    }
    let data: unknown;
    try {
      data = JSON.parse(record.valueText() ?? '');
    } catch {
      return NO_JSON;
    }
    const problem = read(data, values);
    if (problem === null) learn(data as object);
    return problem;
  };
}
