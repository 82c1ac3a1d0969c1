import { readRowsRequest, type RequestParameters, type ViewPlan } from '@twofold/core';
import { answerQuery, MAX_PAGE_ROWS, type AnswerPorts } from '@twofold/flows';
import { presentAnswer, type PresentedAnswer } from './present-answer.js';

/** Rows of a page when nobody says how many. */
const DEFAULT_PAGE_ROWS = 100;
/** Longest wait for a position: below what proxies usually allow a request. */
const MAX_WAIT_MS = 30_000;
const LIMITS = { defaultRows: DEFAULT_PAGE_ROWS, maxRows: MAX_PAGE_ROWS, maxWaitMs: MAX_WAIT_MS } as const;

/** Parse, answer, present: what REST and GraphQL share. */
export async function answerRequest(
  ports: AnswerPorts,
  plan: ViewPlan,
  parameters: RequestParameters,
): Promise<PresentedAnswer> {
  const request = readRowsRequest(plan, parameters, LIMITS);
  return presentAnswer(plan, request, await answerQuery(ports, { plan, ...request }));
}
