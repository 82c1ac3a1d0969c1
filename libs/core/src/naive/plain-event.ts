import type { Scalar } from '../events/data-type.js';

/** An event as the reference sees it: its time and its data by field name. */
export type PlainEvent = { readonly timeMs: number; readonly data: Readonly<Record<string, Scalar>> };
