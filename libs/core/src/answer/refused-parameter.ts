import { TwofoldError, type ErrorCode } from '../errors/twofold-error.js';

/** The error of a request's parameter, with a pointer to it (RFC 6901). */
export const refusedParameter = (code: ErrorCode, parameter: string, message: string): TwofoldError =>
  new TwofoldError(code, message, `/${parameter.replaceAll('~', '~0').replaceAll('/', '~1')}`);
