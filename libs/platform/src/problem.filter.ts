import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { TwofoldError, type ErrorCode } from '@twofold/core';
import { throwError, type Observable } from 'rxjs';
import type { HttpReply } from './http-reply.js';
import { PROBLEM_MEDIA_TYPE, problemDetails, retryAfterSeconds, type ProblemDetails } from './problem-details.js';

/**
 * Answers every error of an HTTP request as problem details; what is our own fault is logged, and not told.
 * An error in the handling of a control event goes back to where the event came from.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): Observable<never> | undefined {
    if (host.getType() !== 'http') return throwError(() => error);
    const problem = problemOf(error);
    if (problem.status === 500) this.logger.error(error instanceof Error ? (error.stack ?? error.message) : error);
    replyProblem(host.switchToHttp().getResponse<HttpReply>(), problem);
    return undefined;
  }
}

export function replyProblem(reply: HttpReply, problem: ProblemDetails): void {
  const seconds = retryAfterSeconds(problem.code);
  if (seconds !== undefined) reply.header('retry-after', seconds);
  reply.status(problem.status).header('content-type', PROBLEM_MEDIA_TYPE).send(JSON.stringify(problem));
}

/** The problem that an error is to the one who asked. */
export function problemOf(error: unknown): ProblemDetails {
  if (error instanceof TwofoldError) {
    const detail = error.code === 'internal' ? INTERNAL_DETAIL : error.message;
    return problemDetails(error.code, detail, { pointer: error.pointer });
  }
  const status = clientErrorStatus(error);
  if (status === null) return problemDetails('internal', INTERNAL_DETAIL);
  const code = codeOf(status, error);
  return problemDetails(code, (error as Error).message, { status });
}

const INTERNAL_DETAIL = 'Something failed inside; the log of the app says what';

/** The status of an error of the HTTP server that the one who asked can mend; null: it is no such error. */
function clientErrorStatus(error: unknown): number | null {
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : ((error as { statusCode?: unknown } | null)?.statusCode ?? null);
  return error instanceof Error && typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}

function codeOf(status: number, error: unknown): ErrorCode {
  const cause = ((error as Error).cause ?? error) as { code?: unknown };
  if (typeof cause.code === 'string' && cause.code.endsWith('_JSON_BODY')) return 'malformed-json';
  switch (status) {
    case 404:
      return 'not-found';
    case 409:
      return 'conflict';
    case 413:
      return 'body-too-large';
    case 415:
      return 'unsupported-media-type';
    case 429:
      return 'overloaded';
    default:
      return 'invalid-value';
  }
}
