import type { Offset } from '../answer/offset-vector.js';
import type { Verdict } from './archived-event.js';
import type { RawRecord } from './raw-record.js';
import type { ResolutionKind } from './resolution.js';
import type { SetAside } from './set-aside.js';

/** All that one record of a partition changes. */
export type Judgement = {
  /** Of the record itself. `event`: it is folded in here, if anything reads its type. */
  readonly verdict: Verdict;
  /** Dead or held: where it stands in the queue of its key. A redriven one has the place of the one that it resolves. */
  readonly place: Offset;
  /** Dead or held: the key of that queue; null: it has none. */
  readonly key: string | null;
  /** The dead record that it resolves. */
  readonly closed: { readonly offset: Offset; readonly by: ResolutionKind } | null;
  /** Held events that wait no longer: they are folded in here, after the record itself, in this order. */
  readonly released: readonly RawRecord[];
};

const plain = (verdict: Verdict): Judgement => ({ verdict, place: 0, key: null, closed: null, released: [] });

/** Nearly every record is one of these. */
export const AN_EVENT = plain({ kind: 'event' });
export const A_DUPLICATE = plain({ kind: 'duplicate' });
/** It resolves what is not open, any more or at all. */
export const NO_RESOLUTION = plain({ kind: 'resolution' });

/** By how much it changes what is set aside. */
export const asideOf = ({
  verdict,
  closed,
  released,
}: Pick<Judgement, 'verdict' | 'closed' | 'released'>): SetAside => ({
  deadLetters: (verdict.kind === 'dead' ? 1 : 0) - (closed === null ? 0 : 1),
  duplicates: verdict.kind === 'duplicate' ? 1 : 0,
  held: (verdict.kind === 'held' ? 1 : 0) - released.length,
});
