import type pg from 'pg';
import type { Statement } from './sql/parameters.js';

/** On a connection, or on any of a pool's. Prepared there, where the statement has a name. */
export const runStatement = <R extends pg.QueryResultRow>(
  client: pg.Pool | pg.ClientBase,
  { values, ...statement }: Statement & { readonly name?: string },
): Promise<pg.QueryResult<R>> => client.query<R>({ ...statement, values: [...values] });
