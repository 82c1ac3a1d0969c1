import { TwofoldError } from '@twofold/core';
import type { ReplayJournal, StoredVersion, ViewVersions } from '@twofold/ports';

type Ports = { readonly versions: Pick<ViewVersions, 'list'>; readonly journal: Pick<ReplayJournal, 'unfinished'> };

/**
 * The version that serves, if it can be repaired. Rows of other windows stay as they are, so it is no other: of which version a
 * row is must not depend on its window.
 */
export async function servingVersion(
  { versions, journal }: Ports,
  name: string,
  version: string | null,
): Promise<{ readonly stored: StoredVersion; readonly serving: string }> {
  const stored = (await versions.list([name])).find(({ state }) => state === 'serving');
  if (stored === undefined) throw new TwofoldError('not-found', `no builder has registered ${name} yet`);
  const serving = stored.view.version;
  if (version !== null && version !== serving)
    throw new TwofoldError(
      'conflict',
      `version ${version} of ${name} cannot be built of some windows: the others would be of version ${serving}. Build it whole, or ` +
        `repair windows of the version that serves`,
      '/windows',
    );
  const holder = (await journal.unfinished()).find(({ view, before }) => view.version === before && before === serving);
  if (holder !== undefined)
    throw new TwofoldError('conflict', `version ${serving} of ${name} is being repaired by replay ${holder.id}`);
  return { stored, serving };
}

/** The version, if it can be built beside the one that serves. */
export async function freeVersion(
  { versions, journal }: Ports,
  name: string,
  version: string,
): Promise<{ readonly stored: StoredVersion; readonly serving: string }> {
  const known = await versions.list([name]);
  const found = known.find(({ view }) => view.version === version);
  const serving = known.find(({ state }) => state === 'serving')?.view.version;
  if (found === undefined || serving === undefined) {
    const there = known.map(({ view }) => view.version).join(', ') || 'none';
    throw new TwofoldError(
      'not-found',
      `no builder has registered version ${version} of ${name}; there are: ${there}`,
      '/version',
    );
  }
  if (version === serving)
    throw new TwofoldError(
      'conflict',
      `version ${version} of ${name} serves already: rebuild it, or repair some of its windows`,
    );
  // of every unfinished replay, also of one that still keeps the version, or compares with it
  const holder = (await journal.unfinished()).find(
    (replay) => replay.view.name === name && [replay.view.version, replay.before].includes(version),
  );
  if (holder !== undefined)
    throw new TwofoldError(
      'conflict',
      `version ${version} of ${name} belongs to replay ${holder.id}, which is ${holder.phase}: go on with that one`,
    );
  if (found.state !== 'candidate')
    throw new TwofoldError(
      'conflict',
      `version ${version} of ${name} is ${found.state}: it can be built when nothing of it is left`,
    );
  return { stored: found, serving };
}
