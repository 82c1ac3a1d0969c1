import { PostgresAuditLedger } from '@twofold/batch-view-store-postgres';
import { openMetadata } from '@twofold/metadata';
import { KEPT_AUDITS, type AuditState } from '@twofold/ports';
import { PLANS } from './replays.ts';

export type JudgedAudits = {
  readonly counts: Readonly<Record<AuditState, number>>;
  readonly violations: readonly string[];
};

/** No generation differs from the one before rolled forward: the platform's own comparison of its two layers. */
export async function judgeAudits(databaseUrl: string): Promise<JudgedAudits> {
  const metadata = await openMetadata(databaseUrl);
  const ledger = new PostgresAuditLedger(metadata);
  try {
    const audits = (await Promise.all([...PLANS.values()].map(({ id }) => ledger.list(id, KEPT_AUDITS)))).flat();
    const count = (wanted: AuditState): number => audits.filter(({ state }) => state === wanted).length;
    return {
      counts: { same: count('same'), drifted: count('drifted'), 'not-comparable': count('not-comparable') },
      violations: audits
        .filter(({ state }) => state === 'drifted')
        .map((audit) => `generation ${audit.generation} of ${audit.view.name}: ${JSON.stringify(audit)}`),
    };
  } finally {
    await ledger.close();
    await metadata.close();
  }
}
