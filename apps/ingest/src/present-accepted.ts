import {
  encodePosition,
  pointerTo,
  type EventProblem,
  type Position,
  type RefusedEvent,
  type TwofoldError,
} from '@twofold/core';
import type { AcceptResult } from '@twofold/flows';
import { problemDetails, type ProblemDetails } from '@twofold/platform';

export type PresentedResult =
  | { readonly id: string; readonly status: 'accepted' }
  | { readonly id?: string; readonly status: 'rejected'; readonly error: EventProblem };

export type PresentedAcceptance = { readonly results: readonly PresentedResult[]; readonly position: string };

export type Presented =
  | { readonly status: 202 | 207; readonly body: PresentedAcceptance }
  | { readonly status: 'problem'; readonly problem: ProblemDetails };

/** 202 when every event is on the log, 207 when some are, a problem that lists the errors when none is. */
export function presentAccepted(results: readonly AcceptResult[], position: Position, batch: boolean): Presented {
  const body = presentResults(results, position, batch);
  const refused = results.filter((result) => result.kind === 'refused');
  const [first] = refused;
  if (first === undefined) return { status: 202, body };
  if (refused.length < results.length) return { status: 207, body };
  return { status: 'problem', problem: allRefused(first, body.results, batch) };
}

/** What ended a stream of lines early, with what became of the lines before. */
export const presentStopped = (
  error: TwofoldError,
  results: readonly AcceptResult[],
  position: Position,
): ProblemDetails => problemDetails(error.code, error.message, presentResults(results, position, true));

const presentResults = (results: readonly AcceptResult[], position: Position, batch: boolean): PresentedAcceptance => ({
  results: results.map((result, index) => presentResult(result, batch ? pointerTo(index) : '')),
  position: encodePosition(position),
});

function presentResult(result: AcceptResult, place: string): PresentedResult {
  if (result.kind === 'accepted') return { id: result.id, status: 'accepted' };
  const { code, message, pointer } = result.problem;
  const rejected = { status: 'rejected', error: { code, message, pointer: place + pointer } } as const;
  return result.id === null ? rejected : { id: result.id, ...rejected };
}

function allRefused(first: RefusedEvent, results: readonly PresentedResult[], batch: boolean): ProblemDetails {
  const { code, message, pointer } = first.problem;
  const detail =
    results.length === 1 ? message : `all ${results.length} events were rejected, the first because ${message}`;
  const errors = results.map(({ id, ...rest }) => ({ id, ...('error' in rest ? rest.error : {}) }));
  return problemDetails(code, detail, { pointer: batch ? pointerTo(0) + pointer : pointer, errors });
}
