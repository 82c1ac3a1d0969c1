import type { Value } from '../events/data-type.js';
import type { Place } from '../algebra/part.js';

/** An event as the reference sees it, at the newest version of its type: what it is, where it stands, its data by path of leaf. */
export type PlainEvent = Place & { readonly type: string; readonly data: Readonly<Record<string, Value>> };
