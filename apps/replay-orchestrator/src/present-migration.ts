import type { Migration, MigrationEvent } from '@twofold/core';

/** A migration as it stands; {@link Migration} says what each means. Times are ISO 8601. */
export type PresentedMigration = Omit<Migration, 'keptUntilMs' | 'requestedAtMs' | 'updatedAtMs'> & {
  readonly keptUntil: string | null;
  readonly requestedAt: string;
  readonly updatedAt: string;
};

export const presentMigration = ({
  keptUntilMs,
  requestedAtMs,
  updatedAtMs,
  ...migration
}: Migration): PresentedMigration => ({
  ...migration,
  keptUntil: keptUntilMs === null ? null : instant(keptUntilMs),
  requestedAt: instant(requestedAtMs),
  updatedAt: instant(updatedAtMs),
});

/** What happened to a migration: `by` whom, `twofold` where nobody decided it; why, as a `note`. */
export type PresentedMigrationEvent = Pick<MigrationEvent, 'type' | 'by' | 'note' | 'data'> & { readonly at: string };

export const presentMigrationEvent = ({ type, by, note, data, atMs }: MigrationEvent): PresentedMigrationEvent => ({
  ...{ at: instant(atMs), type, by, note, data },
});

const instant = (ms: number): string => new Date(ms).toISOString();
