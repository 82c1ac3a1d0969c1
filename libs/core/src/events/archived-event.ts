import type { Offset } from '../answer/offset-vector.js';
import type { Value } from './data-type.js';

/** What every reader of the log concludes about one record: a function of the log alone. */
export type Verdict =
  | { readonly kind: 'event' }
  /** The same event, by source and id, stands in the stream's window before it. It is folded into nothing, and counted. */
  | { readonly kind: 'duplicate' }
  /** It cannot be read as the event it says it is: `reason` says why. It is folded into nothing, and counted. */
  | { readonly kind: 'dead'; readonly code: 'unreadable' | 'invalid-data'; readonly reason: string };

/** One record of the log as the master dataset keeps it: the envelope, the data as it came, the typed values, the verdict. */
export type ArchivedEvent = {
  readonly offset: Offset;
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
