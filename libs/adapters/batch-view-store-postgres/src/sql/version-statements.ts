import type { OffsetVector, ViewId } from '@twofold/core';
import type { ViewVersionState } from '@twofold/ports';
import type { Statement } from './parameters.js';

/** A row that is locked: nobody changes its state until the transaction ends. */
export type VersionRecord = {
  readonly version: string;
  readonly state: ViewVersionState;
  readonly founding: OffsetVector | null;
  readonly partitionCounts: Readonly<Record<string, number>>;
  readonly publishedGeneration: number | null;
};

/** The states of versions that are folded: cuts are asked for, boundaries recorded, generations loaded and published. */
export const FOLDED = `state NOT IN ('candidate', 'removing')`;

const LOCKED = `SELECT version, state, founding, partition_counts AS "partitionCounts",
    published_generation AS "publishedGeneration" FROM public.view_version`;

/** These versions of a name, for whoever changes their state. In one order, so that two wait for each other rather than deadlock. */
export const lockVersions = (name: string, versions: readonly string[]): Statement => ({
  text: `${LOCKED} WHERE name = $1 AND version = ANY($2) ORDER BY version FOR UPDATE`,
  values: [name, versions],
});

/** The version if it is folded, for whoever writes something of it: nobody removes it meanwhile, and many may write at once. */
export const lockFolded = ({ name, version }: ViewId): Statement => ({
  text: `${LOCKED} WHERE name = $1 AND version = $2 AND ${FOLDED} FOR SHARE`,
  values: [name, version],
});

/** On the way of every answer: parsed and planned once per connection. */
export const selectServing = (name: string): Statement & { readonly name: string } => ({
  name: 'serving',
  text: `SELECT version FROM public.view_version WHERE name = $1 AND state = 'serving'`,
  values: [name],
});

export const setState = (
  { name, version }: ViewId,
  state: ViewVersionState,
  founding: OffsetVector | null,
  keptUntilMs: number | null,
): Statement => ({
  text: `UPDATE public.view_version SET state = $3, founding = $4, kept_until = $5 WHERE name = $1 AND version = $2`,
  values: [
    ...[name, version, state, founding === null ? null : JSON.stringify(founding)],
    keptUntilMs === null ? null : new Date(keptUntilMs),
  ],
});

/** What a version has, in the order in which one refers to the other. Of generations the names of their tables come back. */
export const deleteAllOf = ({ name, version }: ViewId): readonly Statement[] => {
  const values = [name, version];
  const deleteFrom = (table: string, returning = ''): Statement => ({
    text: `DELETE FROM public.${table} WHERE view_name = $1 AND view_version = $2${returning}`,
    values,
  });
  const unpublish = `UPDATE public.view_version SET published_generation = NULL WHERE name = $1 AND version = $2`;
  return [
    { text: unpublish, values },
    deleteFrom('boundary'),
    deleteFrom('cut'),
    deleteFrom('audit'),
    deleteFrom('generation', ' RETURNING table_name AS "tableName"'),
  ];
};
