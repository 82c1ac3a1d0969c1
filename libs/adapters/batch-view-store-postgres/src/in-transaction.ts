import type pg from 'pg';

/**
 * Runs `work` in a transaction on a connection of its own. When it rejects, all of it is undone before this rejects;
 * a connection that cannot even do that is thrown away, which undoes it too.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  { statementTimeoutMs, lockTimeoutMs }: { readonly statementTimeoutMs?: number; readonly lockTimeoutMs?: number },
  work: (client: pg.ClientBase) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let isBroken = false;
  // A connection that is lost says so to the statement under way, or to the next; it also emits, which must not end the process.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  try {
    await client.query('BEGIN');
    if (statementTimeoutMs !== undefined) await client.query(`SET LOCAL statement_timeout = ${statementTimeoutMs}`);
    if (lockTimeoutMs !== undefined) await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      isBroken = true;
    });
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(isBroken);
  }
}
