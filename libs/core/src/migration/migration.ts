import type { ErrorCode } from '../errors/twofold-error.js';
import type { ArchiveLayout } from './archive-layout.js';

/**
 * How far a migration is.
 * `rewriting`: its edition is made beside the current one, and compared with it. `verified`: they were equal as far as they went;
 * somebody decides. `switching`: it is decided; what was archived since is brought over. `switched`: the edition is current, the one before is
 * kept for those who read it. `settled`: that one is removed. `cancelled`, `failed`: the edition is being removed; `cleaned`: nothing of it is left.
 */
export type MigrationPhase =
  'rewriting' | 'verified' | 'switching' | 'switched' | 'settled' | 'cancelled' | 'failed' | 'cleaned';

/** What rewriting and comparing came to. */
export type VerifiedEdition = {
  /** Rows that were found equal, in every column that both editions have. */
  readonly records: number;
  readonly files: number;
  readonly bytes: number;
  /** What it took, milliseconds: what estimates are made of. */
  readonly busyMs: number;
};

/** The making of an edition of the archive in another layout, equal to the one before. */
export type Migration = {
  readonly id: string;
  /** The edition that is made. */
  readonly edition: number;
  /** The one that is current until then. */
  readonly before: number;
  readonly layout: ArchiveLayout;
  readonly phase: MigrationPhase;
  readonly isPaused: boolean;
  /** Records rewritten in a second, at most; null: as fast as it goes. */
  readonly recordsPerSecond: number | null;
  /** `auto`: it switches when it is verified. */
  readonly switch: 'auto' | 'by-hand';
  readonly verified: VerifiedEdition | null;
  readonly failure: { readonly code: ErrorCode; readonly message: string } | null;
  /** Until when the edition before is kept. */
  readonly keptUntilMs: number | null;
  readonly requestedBy: string;
  readonly requestedAtMs: number;
  readonly updatedAtMs: number;
};

/** Every migration there was, oldest first. */
export type Migrations = readonly Migration[];

/** Whether nothing is left to be done of it. */
export const isMigrationOver = ({ phase }: Pick<Migration, 'phase'>): boolean =>
  phase === 'settled' || phase === 'cleaned';

/** The edition that the migrations have made current. */
export const currentEditionOf = (migrations: Migrations): number =>
  migrations.findLast(({ phase }) => phase === 'switched' || phase === 'settled')?.edition ?? 1;
