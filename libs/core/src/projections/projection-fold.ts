import type { Offset } from '../answer/offset-vector.js';
import { impossible } from '../errors/twofold-error.js';
import type { Value } from '../events/data-type.js';
import { MAX_SUBJECT_LENGTH } from '../events/envelope.js';
import { isText } from '../events/is-text.js';
import { ALL_TIME } from '../time/window.js';
import type { ViewPlan } from '../views/view-plan.js';
import type { ViewRow } from '../views/view-row.js';
import { dataBuilderOf } from './projected-data.js';
import type { ProjectedEvent, Projection } from './projection.js';
import { evolved } from './reduce.js';
import { decodeStanding, type Standing } from './standing.js';
import { withoutClock } from './without-clock.js';

type Taken = { readonly event: ProjectedEvent; readonly offset: Offset };

/** An event that a projection cannot go on from. */
export type FailedEvent = { readonly offset: Offset; readonly error: unknown };

/**
 * The rows of a projection over some consecutive events of one partition, being folded. Events are taken in first; before they are
 * evolved, the states that their subjects had before these events have to be known.
 */
export class ProjectionFold {
  private readonly projection: Projection;
  /** Of the plan's sources. */
  private readonly types: readonly string[];
  private readonly dataOf: readonly ReturnType<typeof dataBuilderOf>[];
  private readonly standings = new Map<string, Standing>();
  private changed = new Set<string>();
  private taken: Taken[] = [];

  constructor({ projection, sources, id }: ViewPlan) {
    this.projection = projection ?? impossible(`view ${id.name} folded as a projection`);
    this.dataOf = sources.map(({ event }) => dataBuilderOf(event));
    this.types = sources.map(({ event }) => event.type);
  }

  get rowCount(): number {
    return this.standings.size;
  }

  /**
   * Takes an event in: `values` are those of the leaves of the type's newest version. One without a subject is of no row: what ingest
   * takes has one, and so has each that whoever writes the log keys as ingest does.
   */
  take(source: number, values: readonly Value[], timeMs: number, offset: Offset, key: string | null): void {
    const subject = subjectOf(key);
    if (subject === null) return;
    const [type, dataOf] = [this.types[source], this.dataOf[source]];
    if (type === undefined || dataOf === undefined) return impossible(`source ${source} of ${this.types.length}`);
    const data = dataOf(values) as ProjectedEvent['data'];
    this.taken.push({ event: Object.freeze({ type, subject, timeMs, data }), offset });
  }

  /** The subjects of what was taken in whose states are not known here. */
  unknownSubjects(): readonly string[] {
    const subjects = new Set(this.taken.map(({ event }) => event.subject));
    return [...subjects].filter((subject) => !this.standings.has(subject));
  }

  /**
   * Evolves what was taken in. `before`: the states of the unknown subjects; one that is not among them has none. The first event that
   * fails, if there is one: then the rows are of no use.
   */
  evolve(before: ReadonlyMap<string, string>): FailedEvent | null {
    const { taken } = this;
    this.taken = [];
    return withoutClock(() => {
      for (const { event, offset } of taken) {
        try {
          this.standings.set(event.subject, evolved(this.projection, this.standingOf(event.subject, before), event));
        } catch (error) {
          return { offset, error };
        }
        this.changed.add(event.subject);
      }
      return null;
    });
  }

  /** Takes rows in that were folded before. */
  restore(rows: readonly ViewRow[]): void {
    for (const { dimensions, parts } of rows)
      this.standings.set(String(dimensions[0]), decodeStanding(String(parts[0])));
  }

  /** The rows changed since the last call, as they are now. */
  takeChanged(): readonly ViewRow[] {
    const { changed } = this;
    this.changed = new Set();
    return [...changed].map((subject) => ({
      dimensions: [subject],
      window: ALL_TIME,
      parts: [this.standings.get(subject)?.text ?? null],
    }));
  }

  private standingOf(subject: string, before: ReadonlyMap<string, string>): Standing | null {
    const known = this.standings.get(subject);
    if (known !== undefined) return known;
    const text = before.get(subject);
    return text === undefined ? null : decodeStanding(text);
  }
}

/** The subject of an event is the key of its record. null: it has none, or none that ingest would take. */
const subjectOf = (key: string | null): string | null =>
  key === null || key === '' || key.length > MAX_SUBJECT_LENGTH || !isText(key) ? null : key;
