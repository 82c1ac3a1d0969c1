import type { ViewPlan } from '@twofold/core';
import { isLong } from './generation-columns.js';
import { quoteIdentifier } from './identifier.js';

/** Text of long states (sets, registers, buckets, those of projections) that one read hands over, bytes: a gateway answers several at once. */
export const MAX_STATE_BYTES = 64 * 1024 * 1024;

/**
 * The columns of a select and as the last one `state_bytes`, the bytes of long states in its rows so far; rows beyond
 * {@link MAX_STATE_BYTES} are left out but for the first. The select itself where no state of the plan is long.
 * `orderedBy`: what the select is ordered by, and what comes out of it too.
 */
export function boundedInSize(plan: ViewPlan, select: string, columns: readonly string[], orderedBy?: string): string {
  const long = plan.parts.flatMap((part, index) =>
    isLong(part) ? [`octet_length(${quoteIdentifier(`p${index}`)})`] : [],
  );
  const order = orderedBy === undefined ? '' : ` ORDER BY ${orderedBy}`;
  const names = columns.map(quoteIdentifier).join(', ');
  if (long.length === 0) return `SELECT ${names} FROM (${select}) AS chosen${order}`;
  const bytes = long.join(' + ');
  const sized = `SELECT chosen.*, sum(${bytes}) OVER (${order.trimStart()} ROWS UNBOUNDED PRECEDING)::bigint AS state_bytes FROM (${select}) AS chosen`;
  return `SELECT ${names}, state_bytes FROM (${sized}) AS sized WHERE state_bytes - (${bytes}) <= ${MAX_STATE_BYTES}${order}`;
}

/** Whether a row is one that {@link boundedInSize} gave beyond the bound. */
export const isBeyondSize = (stateBytes: unknown): boolean => Number(stateBytes ?? 0) > MAX_STATE_BYTES;
