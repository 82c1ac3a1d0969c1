import {
  impossible,
  isAtLeast,
  isOfPartitions,
  type EventType,
  type OffsetVector,
  type ViewId,
  type ViewPlan,
} from '@twofold/core';
import { reachingStore, type Metadata } from '@twofold/metadata';
import type { StoredVersion, ViewVersionState, ViewVersions } from '@twofold/ports';
import type pg from 'pg';
import { inTransaction } from './in-transaction.js';
import { runStatement } from './run-statement.js';
import { DROP_WAIT_MS } from './sql-state.js';
import { insertCut, insertFounding } from './sql/boundary-statements.js';
import { dropTables } from './sql/generation-table.js';
import { deleteAllOf, lockVersions, selectServing, setState, type VersionRecord } from './sql/version-statements.js';

type StoredDefinition = { readonly view: ViewPlan['definition']; readonly events: readonly EventType[] };

/**
 * The versions of views in Postgres. Whoever changes a state locks the row first, and with it everybody out who writes something
 * of the version. Each change is one transaction: killed anywhere, all of it stands, or nothing. The metadata is the caller's.
 */
export class PostgresViewVersions implements ViewVersions {
  constructor(private readonly metadata: Metadata) {}

  list(names: readonly string[]): Promise<readonly StoredVersion[]> {
    return reachingStore(async () => {
      const records = await this.metadata.prisma.viewVersion.findMany({
        where: { name: { in: [...names] } },
        orderBy: [{ name: 'asc' }, { sequence: 'asc' }],
      });
      return records.map(({ name, version, state, definition, founding, keptUntil }) => {
        const { view, events } = definition as unknown as StoredDefinition;
        return {
          ...{ view: { name, version }, state: state as ViewVersionState, definition: view, events },
          ...{ founding: founding as OffsetVector | null, keptUntilMs: keptUntil?.getTime() ?? null },
        };
      });
    });
  }

  serving(name: string): Promise<string | null> {
    return reachingStore(async () => {
      const { rows } = await runStatement<{ readonly version: string }>(this.metadata.pool, selectServing(name));
      return rows[0]?.version ?? null;
    });
  }

  found(view: ViewId, founding: OffsetVector): Promise<boolean> {
    return this.changing(view.name, [view.version], async (client, [standing]) => {
      if (standing === undefined) return false;
      if (standing.state === 'founded') return standing.founding !== null && isSame(standing.founding, founding);
      if (standing.state !== 'candidate') return false;
      if (!isOfPartitions(founding, standing.partitionCounts))
        impossible(`${view.name} founded at ${JSON.stringify(founding)}, with other partitions`);
      await runStatement(client, setState(view, 'founded', founding, null));
      await runStatement(client, insertCut(view, 1));
      await runStatement(client, insertFounding(view, founding));
      return true;
    });
  }

  promote(view: ViewId, before: string, keptUntilMs: number): Promise<boolean> {
    return this.changing(view.name, [view.version, before], async (client, records) => {
      const [next, last] = [view.version, before].map((wanted) => records.find(({ version }) => version === wanted));
      if (next === undefined || last === undefined) return false;
      if (next.state === 'serving') return last.state === 'retired';
      const mayServe = next.state === 'founded' || next.state === 'retired';
      if (last.state !== 'serving' || !mayServe || next.publishedGeneration === null) return false;
      // In this order, as no two of a name ever serve.
      await runStatement(client, setState({ ...view, version: before }, 'retired', last.founding, keptUntilMs));
      await runStatement(client, setState(view, 'serving', next.founding, null));
      return true;
    });
  }

  remove(view: ViewId): Promise<boolean> {
    return this.changing(view.name, [view.version], async (client, [standing]) => {
      if (standing?.state === 'removing') return true;
      if (standing?.state !== 'founded' && standing?.state !== 'retired') return false;
      await runStatement(client, setState(view, 'removing', standing.founding, null));
      return true;
    });
  }

  forget(view: ViewId): Promise<void> {
    return this.changing(view.name, [view.version], async (client, [standing]) => {
      if (standing?.state !== 'removing') return;
      const tables: string[] = [];
      for (const statement of deleteAllOf(view)) {
        const { rows } = await runStatement<{ readonly tableName?: string }>(client, statement);
        tables.push(...rows.flatMap(({ tableName }) => tableName ?? []));
      }
      if (tables.length > 0) await client.query(dropTables(tables));
      await runStatement(client, setState(view, 'candidate', null, null));
    });
  }

  private changing<T>(
    name: string,
    versions: readonly string[],
    work: (client: pg.ClientBase, standing: readonly VersionRecord[]) => Promise<T>,
  ): Promise<T> {
    return reachingStore(() =>
      inTransaction(this.metadata.pool, { lockTimeoutMs: DROP_WAIT_MS }, async (client) =>
        work(client, (await runStatement<VersionRecord>(client, lockVersions(name, versions))).rows),
      ),
    );
  }
}

const isSame = (a: OffsetVector, b: OffsetVector): boolean => isAtLeast(a, b) && isAtLeast(b, a);
