import type { InjectionToken, Provider } from '@nestjs/common';
import { PostgresMigrationJournal } from '@twofold/batch-view-store-postgres';
import { catalog } from '@twofold/catalog';
import { streamsOf } from '@twofold/core';
import { ParquetArchiveEditions } from '@twofold/master-dataset-parquet';
import type { Metadata } from '@twofold/metadata';
import { Readiness, closeAtShutdown, systemClock } from '@twofold/platform';
import { Archiving } from './archiving.js';
import { MigrationRunner } from './migration-runner.js';
import type { BatchViewBuilderSettings } from './settings.js';

const EDITIONS = Symbol('editions');

/** Wiring: what migrates the archive. `metadata` injects the database. */
export const migrationProviders = (
  { ARCHIVE_DIR: directory, ARCHIVE_KEEP_MS: keepMs }: BatchViewBuilderSettings,
  metadata: InjectionToken<Metadata>,
): readonly Provider[] => [
  {
    provide: EDITIONS,
    inject: [metadata],
    useFactory: (database: Metadata) => ParquetArchiveEditions.open({ directory, database }),
  },
  closeAtShutdown(EDITIONS),
  {
    provide: MigrationRunner,
    inject: [metadata, EDITIONS, Archiving, Readiness],
    useFactory: (database: Metadata, editions: ParquetArchiveEditions, archiving: Archiving, readiness: Readiness) => {
      const journal = new PostgresMigrationJournal(database);
      const ports = { journal, editions, types: catalog.events, clock: systemClock, keepMs };
      const [first = ''] = streamsOf(catalog);
      return new MigrationRunner({ ports, leads: () => archiving.leads(first) }, readiness);
    },
  },
];
