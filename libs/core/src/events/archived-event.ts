import type { Offset } from '../answer/offset-vector.js';
import type { Value } from './data-type.js';

/** What every reader of the log concludes about one record: a function of the log alone. */
export type Verdict =
  | { readonly kind: 'event' }
  /** The same event, by source and id, stands in the stream's window before it. It is folded into nothing, and counted. */
  | { readonly kind: 'duplicate' }
  /** It cannot be taken as the event it says it is: `reason` says why. It is counted until it is resolved. */
  | { readonly kind: 'dead'; readonly code: DeadCode; readonly reason: string }
  /** An event behind a dead one of its key. It is counted until it is released; then it is folded in. */
  | { readonly kind: 'held' }
  /** It gives a dead record up, or resolves what is not open. It is folded into nothing. */
  | { readonly kind: 'resolution' };

/** `held-overflow`: it is an event, for which there was no room to wait behind a dead one of its key. */
export type DeadCode = 'unreadable' | 'invalid-data' | 'held-overflow';

/** One record of the log as the master dataset keeps it: the envelope, the data as it came, the typed values, the verdict. */
export type ArchivedEvent = {
  readonly offset: Offset;
  /** From where on it counts: its own offset; of an event that was held, the offset of what released it. */
  readonly appliedOffset: Offset;
  readonly appendedAtMs: number;
  readonly verdict: Verdict;
  /** Envelope; '' where an unreadable record lacks it. */
  readonly id: string;
  readonly source: string;
  readonly subject: string | null;
  readonly type: string;
  readonly version: number;
  /** Event time, milliseconds since 1970. */
  readonly timeMs: number;
  /** The value exactly as it stands on the log. */
  readonly dataText: string | null;
  /** The values of the leaves of its version, in their order (`leavesOf`); empty for a dead record. */
  readonly values: readonly Value[];
};

/** An event of the master dataset, as far as it is folded again. */
export type ArchivedRecord = Pick<
  ArchivedEvent,
  'offset' | 'appliedOffset' | 'subject' | 'type' | 'version' | 'timeMs' | 'dataText'
>;
