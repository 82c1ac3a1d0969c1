import { tortureCatalog } from './torture-catalog.ts';

/** What `TWOFOLD_CATALOG` names, for the apps and for those who judge them. */
export const catalog = tortureCatalog(Number(process.env['TORTURE_SEED'] ?? '0'));
