import { compileUpcast, type CompiledUpcast } from '../compile/compile-upcast.js';
import { dataDecoderOf, type DataDecoder } from './data-decoder.js';
import type { Value } from './data-type.js';
import type { EventType } from './event-type.js';
import { TwofoldError, impossible } from '../errors/twofold-error.js';
import type { ArchivedRecord } from './archived-event.js';
import { dataSchemaOf } from './event-type.js';
import { leavesOf } from './leaves.js';
import type { LogRecord } from './log-record.js';
import { parseTimestamp } from './parse-timestamp.js';
import { PlainRecord } from './plain-record.js';

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

/** `upcast` null: it is the newest version. */
type Known = {
  readonly event: EventType;
  readonly newest: EventType;
  readonly decode: DataDecoder;
  readonly upcast: CompiledUpcast | null;
  readonly leafCount: number;
};

/** An event as views see it: at the newest version of its type. */
export type CurrentEvent = { readonly event: EventType; readonly values: readonly Value[] };

/**
 * Decodes records for folds and archive alike, so that both come to the same verdict. One object, refilled by each
 * `decode`: take what is needed before the next. The catalog is the only thing besides the record that it looks at.
 */
export class RecordDecoder {
  /** The version that the record declares. */
  event: EventType | null = null;
  timeMs = 0;
  /** How many of `values` are the event's. */
  leafCount = 0;
  /** Of the leaves of `event`. */
  readonly values: Value[] = [];
  deadCode: 'unreadable' | 'invalid-data' = 'unreadable';
  deadReason = '';

  private readonly bySchema = new Map<string, Known>();
  private readonly types = new Set<string>();
  private known: Known | null = null;
  private readonly broughtUp: Value[] = [];

  /** `events`: all versions of the types that are read. */
  constructor(events: readonly EventType[]) {
    for (const [type, unordered] of Map.groupBy(events, (event) => event.type)) {
      this.types.add(type);
      const versions = [...unordered].sort((a, b) => a.version - b.version);
      const newest = versions.at(-1);
      for (const event of versions) {
        const upcast = event === newest ? null : compileUpcast(versions, event.version);
        this.bySchema.set(dataSchemaOf(event), {
          event,
          newest: newest ?? event,
          decode: dataDecoderOf(event),
          upcast,
          leafCount: leavesOf(event).length,
        });
      }
    }
  }

  /**
   * The event that was decoded, brought up to the newest version of its type. Good until the next `decode`.
   *
   * @throws TwofoldError `overflow` where an upcast leaves 64 bits
   */
  current(): CurrentEvent {
    const known = this.known ?? impossible('no event was decoded');
    if (known.upcast === null) return { event: known.event, values: this.values };
    known.upcast(this.values, this.timeMs, this.broughtUp);
    return { event: known.newest, values: this.broughtUp };
  }

  decode(record: LogRecord): DecodedKind {
    this.event = null;
    this.known = null;
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
    this.known = known;
    this.leafCount = known.leafCount;
    this.timeMs = time;
    return 'event';
  }

  /**
   * An event that was judged before, as the archive has it: like {@link decode}, of what can only be an event.
   *
   * @throws TwofoldError `unknown-event-version` where its version is not in the catalog any more
   */
  decodeArchived({ offset, type, version, timeMs, dataText }: ArchivedRecord): void {
    const known = this.bySchema.get(dataSchemaOf({ type, version }));
    if (known === undefined)
      throw new TwofoldError(
        'unknown-event-version',
        `the archive holds ${type} version ${version}, which the catalog does not: a version stays in it as long as its events do`,
      );
    const record = new PlainRecord({ offset, appendedAtMs: 0, key: null, value: dataText, headers: [] });
    if (known.decode(record, this.values) !== null)
      impossible(`offset ${offset} is archived as ${type} version ${version}, and is not`);
    this.event = known.event;
    this.known = known;
    this.leafCount = known.leafCount;
    this.timeMs = timeMs;
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
