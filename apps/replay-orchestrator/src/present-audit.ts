import type { Audit } from '@twofold/ports';

export type PresentedAudit = Omit<Audit, 'view' | 'checkedAtMs'> & {
  readonly view: string;
  readonly version: string;
  /** ISO 8601. */
  readonly checkedAt: string;
};

export const presentAudit = ({ view, generation, checkedAtMs, ...found }: Audit): PresentedAudit => ({
  view: view.name,
  version: view.version,
  generation,
  checkedAt: new Date(checkedAtMs).toISOString(),
  ...found,
});
