import { TwofoldError } from '../errors/twofold-error.js';

/** Refuses a view's definition for a reason, at a place (RFC 6901). */
export type RefuseView = (message: string, pointer: string) => never;

export const refusalOf =
  (view: string): RefuseView =>
  (message, pointer) => {
    throw new TwofoldError('invalid-view-definition', `view ${JSON.stringify(view)}: ${message}`, pointer);
  };

/** Of events that cannot be read by one view. */
export const conflictOf =
  (view: string) =>
  (path: string, types: readonly string[]): never =>
    refusalOf(view)(`its events differ in the type of ${path}: ${types.join(' and ')}`, '/from');

/** A name as a reference token of a JSON pointer. */
export const tokenOf = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
