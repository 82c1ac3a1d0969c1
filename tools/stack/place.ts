import { join, resolve } from 'node:path';

/** Where a stack keeps everything that is its own. The jars are shared by all stacks of a checkout. */
export type Place = {
  readonly root: string;
  readonly data: string;
  readonly logs: string;
  readonly jars: string;
  /** What runs, for tests, tools and people. */
  readonly localJson: string;
};

const CHECKOUT = resolve(import.meta.dirname, '../..');

/** TWOFOLD_HOME: another directory than .twofold, for a stack of one's own beside the usual one. */
export function placeOf(root = process.env['TWOFOLD_HOME'] ?? join(CHECKOUT, '.twofold')): Place {
  const at = resolve(root);
  return {
    root: at,
    data: join(at, 'data'),
    logs: join(at, 'logs'),
    jars: join(CHECKOUT, '.twofold', 'jars'),
    localJson: join(at, 'local.json'),
  };
}
