import type { MessagePort } from 'node:worker_threads';
import type { ErrorCode, ViewRow } from '@twofold/core';
import type { PartitionWork } from '@twofold/ports';

/** To a thread. The answers to a fold come through its port; whoever closes that wants no more. */
export type ThreadRequest =
  { readonly kind: 'fold'; readonly work: PartitionWork; readonly port: MessagePort } | { readonly kind: 'close' };

/** From a thread, of one fold: rows, each of which is acknowledged by some message when it was taken, then one of the others. */
export type FoldAnswer =
  | { readonly kind: 'rows'; readonly rows: readonly ViewRow[] }
  | { readonly kind: 'done' }
  /** `code` null: it was no TwofoldError. */
  | { readonly kind: 'failed'; readonly code: ErrorCode | null; readonly message: string };
