import type { Offset } from '../answer/offset-vector.js';
import type { Verdict } from '../events/archived-event.js';
import type { Resolution } from '../events/resolution.js';
import type { SetAside } from '../events/set-aside.js';
import type { StreamDefinition } from '../events/stream.js';
import type { HeldLimits } from '../events/waiting-records.js';

/** A record as far as verdicts go. */
export type NaiveRecord = {
  readonly offset: Offset;
  readonly appendedAtMs: number;
  readonly key: string | null;
  readonly sizeBytes: number;
  readonly resolves: Resolution | null;
  /** What it is by itself; `id` is the identity of an event. */
  readonly content:
    { readonly kind: 'event'; readonly id: string } | { readonly kind: 'dead' } | { readonly kind: 'unknown-type' };
};

export type NaiveVerdict = {
  readonly offset: Offset;
  readonly verdict: Verdict['kind'];
  /** The offsets of the events that count from here on, in order. */
  readonly applied: readonly Offset[];
  /** Of all records up to here. */
  readonly aside: SetAside;
};

/** A record in line: a redriven one stands at the place of the one that it resolves. */
type Waiting = Pick<NaiveRecord, 'offset' | 'key' | 'sizeBytes'> & { readonly place: Offset; readonly isDead: boolean };

/**
 * What verdicts are, in the plainest way: the semantics of record. Of all that waits (in order of place), what stands behind
 * something of its key waits on; what nothing dead of its key stands before goes.
 */
export function naiveVerdicts(
  records: readonly NaiveRecord[],
  { duplicates, deadLetters }: Pick<StreamDefinition, 'duplicates' | 'deadLetters'>,
  limits: HeldLimits,
): readonly NaiveVerdict[] {
  /** By id, where it was last. */
  const seen = new Map<string, Pick<NaiveRecord, 'offset' | 'appendedAtMs'>>();
  let waiting: readonly Waiting[] = [];
  let duplicatesFound = 0;

  const isBehind = (one: Waiting, others: readonly Waiting[]): boolean =>
    deadLetters === 'hold' && others.some((other) => other.key === one.key && other.place < one.place);
  const isDuplicate = (id: string, { offset, appendedAtMs }: NaiveRecord): boolean => {
    const last = seen.get(id);
    if (last === undefined) return false;
    return last.offset >= offset - duplicates.withinRecords && appendedAtMs - last.appendedAtMs <= duplicates.withinMs;
  };
  const fits = ({ sizeBytes }: Waiting): boolean => {
    const held = waiting.filter(({ isDead }) => !isDead);
    const bytes = held.reduce((sum, one) => sum + one.sizeBytes, sizeBytes);
    return held.length < limits.records && bytes <= limits.sizeBytes;
  };

  return records.map((record) => {
    const { offset, resolves, content } = record;
    const target = waiting.find((one) => one.isDead && one.offset === resolves?.target);
    const others = waiting.filter((one) => one !== target);
    const key = target === undefined ? record.key : target.key;
    const place = target?.place ?? offset;
    const asDead: Waiting = { offset, key, sizeBytes: record.sizeBytes, place, isDead: true };
    const mustWait = key !== null && isBehind(asDead, others);

    const verdictOf = (): Verdict['kind'] => {
      if (resolves !== null && (target === undefined || resolves.kind === 'discard')) return 'resolution';
      if (content.kind === 'dead') return 'dead';
      if (content.kind === 'unknown-type') return 'event';
      if (isDuplicate(content.id, record)) return 'duplicate';
      return !mustWait ? 'event' : fits(asDead) ? 'held' : 'dead';
    };
    const verdict = verdictOf();
    if (content.kind === 'event' && verdict !== 'resolution' && verdict !== 'dead')
      seen.set(content.id, { offset, appendedAtMs: record.appendedAtMs });
    if (verdict === 'duplicate') duplicatesFound += 1;
    const waits = verdict === 'dead' || verdict === 'held' ? [{ ...asDead, isDead: verdict === 'dead' }] : [];
    waiting = [...others, ...waits].sort((a, b) => a.place - b.place);

    const dead = waiting.filter(({ isDead }) => isDead);
    const released = waiting.filter((one) => !one.isDead && !isBehind(one, dead));
    waiting = waiting.filter((one) => !released.includes(one));
    const itself = verdict === 'event' && content.kind === 'event' ? [offset] : [];
    return {
      offset,
      verdict,
      applied: [...itself, ...released.map((one) => one.offset)],
      aside: { deadLetters: dead.length, duplicates: duplicatesFound, held: waiting.length - dead.length },
    };
  });
}
