import { dataDecoderOf, type DataDecoder } from './data-decoder.js';
import type { Scalar } from './data-type.js';
import type { EventType } from './event-type.js';
import { dataSchemaOf } from './event-type.js';
import type { LogRecord } from './log-record.js';
import { parseTimestamp } from './parse-timestamp.js';

/** What a record of the log turned out to be. */
export type DecodedKind =
  /** An event of a version that the catalog has: `event`, `timeMs` and `values` hold it. */
  | 'event'
  /** Of a type that the catalog does not have: nothing here reads it. */
  | 'unknown-type'
  /** Of a known type, in a version that the catalog does not have yet: the partition waits for the upgrade. */
  | 'unknown-version'
  /** It is not what it says it is: `deadCode` and `deadReason` say why. */
  | 'dead';

type Known = { readonly event: EventType; readonly decode: DataDecoder };

/**
 * Decodes records for folds and archive alike, so that both come to the same verdict. One object, refilled by each
 * `decode`: take what is needed before the next. The catalog is the only thing besides the record that it looks at.
 */
export class RecordDecoder {
  event: EventType | null = null;
  timeMs = 0;
  readonly values: Scalar[] = [];
  deadCode: 'unreadable' | 'invalid-data' = 'unreadable';
  deadReason = '';

  private readonly bySchema = new Map<string, Known>();
  private readonly types = new Set<string>();

  constructor(events: readonly EventType[]) {
    for (const event of events) {
      this.types.add(event.type);
      this.bySchema.set(dataSchemaOf(event), { event, decode: dataDecoderOf(event) });
    }
  }

  decode(record: LogRecord): DecodedKind {
    this.event = null;
    const type = record.header('ce_type');
    if (!type) return this.dead('unreadable', 'it has no ce_type');
    if (!this.types.has(type)) return 'unknown-type';
    const schema = record.header('ce_dataschema');
    const known = schema === undefined ? undefined : this.bySchema.get(schema);
    if (known === undefined || known.event.type !== type) {
      return schema !== undefined && isVersionOf(type, schema)
        ? 'unknown-version'
        : this.dead('unreadable', 'its ce_dataschema is no version of its type');
    }
    if (!record.has('ce_id') || !record.has('ce_source'))
      return this.dead('unreadable', 'it has no ce_id or no ce_source');
    const time = parseTimestamp(record.header('ce_time') ?? '');
    if (time === null) return this.dead('unreadable', 'its ce_time is no RFC 3339 time');
    const problem = known.decode(record, this.values);
    if (problem?.code === 'unreadable') return this.dead('unreadable', 'its value is no JSON');
    if (problem !== null) return this.dead('invalid-data', `${problem.message} (at ${problem.pointer || '/'})`);
    this.event = known.event;
    this.timeMs = time;
    return 'event';
  }

  private dead(code: 'unreadable' | 'invalid-data', reason: string): 'dead' {
    this.deadCode = code;
    this.deadReason = reason;
    return 'dead';
  }
}

const VERSION = /^[1-9]\d{0,8}$/;

/** Whether it is the schema of some version of the type, whatever one. */
function isVersionOf(type: string, schema: string): boolean {
  const ofType = dataSchemaOf({ type, version: 0 }).slice(0, -1);
  return schema.startsWith(ofType) && VERSION.test(schema.slice(ofType.length));
}
