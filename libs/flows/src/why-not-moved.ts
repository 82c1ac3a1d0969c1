import type { ViewId } from '@twofold/core';
import type { StoredVersion } from '@twofold/ports';

/** Why a version cannot be put in the place of another, for a person; null: it can, if it has a published generation. */
export function whyNotMoved(known: readonly StoredVersion[], to: ViewId, from: string): string | null {
  const serving = known.find(({ view, state }) => view.name === to.name && state === 'serving')?.view.version;
  if (serving !== from) return `version ${serving ?? 'none'} of ${to.name} serves now, not ${from}`;
  const state = known.find(({ view }) => view.name === to.name && view.version === to.version)?.state ?? 'unknown';
  return state === 'founded' || state === 'retired'
    ? null
    : `version ${to.version} of ${to.name} is not kept any more: it is ${state}`;
}
