/** Windows that begin in [fromMs, toMs), milliseconds since 1970: both are starts of windows of the view. */
export type WindowSpan = { readonly fromMs: number; readonly toMs: number };
