import { randomUUID } from 'node:crypto';
import { Module, type DynamicModule } from '@nestjs/common';
import {
  PostgresAuditLedger,
  PostgresBuildStage,
  PostgresDeadLetters,
  PostgresMigrationJournal,
  PostgresReplayJournal,
  PostgresReplayLedger,
  PostgresViewVersions,
} from '@twofold/batch-view-store-postgres';
import { catalog } from '@twofold/catalog';
import { KafkaControlChannel, KafkaRawReader, KafkaWriter } from '@twofold/event-log-kafka';
import { envelopeReaderOf } from '@twofold/core';
import type { RebuildPorts } from '@twofold/flows';
import { ArchiveManifest } from '@twofold/master-dataset-parquet/archive-manifest';
import { EditionManifest } from '@twofold/master-dataset-parquet/edition-manifest';
import { migrate, openMetadata, type Metadata } from '@twofold/metadata';
import { CLOCK, CONTROL_CHANNEL, Readiness, closeAtShutdown, kafkaOptionsOf } from '@twofold/platform';
import type { Clock, ControlChannel } from '@twofold/ports';
import { Announcer } from './announcer.js';
import { ArchiveController, type MigrationPorts } from './archive.controller.js';
import { AuditsController } from './audits.controller.js';
import { DeadLettersController, type DeadLetterPorts } from './dead-letters.controller.js';
import { ProgressController } from './progress.controller.js';
import { RebuildsController } from './rebuilds.controller.js';
import { replayAnswers, type ReplayPorts } from './replay-answers.js';
import { ReplayChangesController } from './replay-changes.controller.js';
import { ReplayRounds } from './replay-rounds.js';
import { ReplaysController } from './replays.controller.js';
import type { OrchestratorSettings } from './settings.js';
import {
  AUDIT_LEDGER,
  DEAD_LETTER_PORTS,
  MIGRATION_PORTS,
  REBUILD_PORTS,
  REPLAY_ANSWERS,
  REPLAY_PORTS,
} from './tokens.js';

const METADATA = Symbol('metadata');
const LOG = Symbol('log');
const HISTORY = Symbol('history');

/** Wiring: requests and replays are kept in Postgres and announced over Kafka; what people decide on dead letters goes onto the log. */
@Module({})
export class ReplayOrchestratorModule {
  static of(settings: OrchestratorSettings): DynamicModule {
    const { DATABASE_URL, REPLAY_ENGINE: defaultEngine, REPLAY_KEEP_MS: keepMs } = settings;
    return {
      module: ReplayOrchestratorModule,
      controllers: [
        ...[RebuildsController, AuditsController, DeadLettersController, ReplaysController],
        ...[ArchiveController, ProgressController, ReplayChangesController],
      ],
      providers: [
        { provide: METADATA, useFactory: () => migrate(DATABASE_URL).then(() => openMetadata(DATABASE_URL)) },
        {
          provide: CONTROL_CHANNEL,
          useFactory: () => new KafkaControlChannel(kafkaOptionsOf(settings, 'replay-orchestrator')),
        },
        { provide: LOG, useFactory: () => new KafkaWriter(kafkaOptionsOf(settings, 'replay-orchestrator')) },
        { provide: HISTORY, useFactory: () => new KafkaRawReader(kafkaOptionsOf(settings, 'replay-orchestrator')) },
        { provide: DEAD_LETTER_PORTS, inject: [METADATA, LOG, CLOCK], useFactory: deadLetterPortsOf },
        { provide: REBUILD_PORTS, inject: [METADATA, CONTROL_CHANNEL, CLOCK, Readiness], useFactory: portsOf },
        {
          provide: AUDIT_LEDGER,
          inject: [METADATA],
          useFactory: (metadata: Metadata) => new PostgresAuditLedger(metadata),
        },
        { provide: MIGRATION_PORTS, inject: [METADATA, CLOCK], useFactory: migrationPortsOf },
        {
          provide: REPLAY_PORTS,
          inject: [METADATA, HISTORY, CONTROL_CHANNEL, CLOCK],
          useFactory: (
            metadata: Metadata,
            log: KafkaRawReader,
            control: ControlChannel,
            clock: Clock,
          ): ReplayPorts => ({
            ...replayPortsOf(metadata, log, control, clock),
            defaultEngine,
          }),
        },
        {
          provide: REPLAY_ANSWERS,
          inject: [REPLAY_PORTS],
          useFactory: (ports: ReplayPorts) => replayAnswers(ports, { keepMs }),
        },
        Announcer,
        ReplayRounds,
        closeAtShutdown(METADATA, LOG, HISTORY, CONTROL_CHANNEL),
      ],
      exports: [CONTROL_CHANNEL],
    };
  }
}

function portsOf(metadata: Metadata, control: ControlChannel, clock: Clock, readiness: Readiness): RebuildPorts {
  readiness.register('postgres', () => metadata.pool.query('SELECT 1'));
  const [ledger, versions] = [new PostgresReplayLedger(metadata), new PostgresViewVersions(metadata)];
  return { catalog, versions, ledger, control, clock, newId: randomUUID };
}

const replayPortsOf = (
  metadata: Metadata,
  log: KafkaRawReader,
  control: ControlChannel,
  clock: Clock,
): Omit<ReplayPorts, 'defaultEngine'> => ({
  journal: new PostgresReplayJournal(metadata),
  versions: new PostgresViewVersions(metadata),
  stage: new PostgresBuildStage(metadata),
  archive: new ArchiveManifest(metadata),
  ...{ catalog, log, control, clock, newId: randomUUID },
});

const migrationPortsOf = (metadata: Metadata, clock: Clock): MigrationPorts => ({
  journal: new PostgresMigrationJournal(metadata),
  editions: new EditionManifest(metadata),
  ...{ clock, newId: randomUUID },
});

const deadLetterPortsOf = (metadata: Metadata, log: KafkaWriter, clock: Clock): DeadLetterPorts => ({
  deadLetters: new PostgresDeadLetters(metadata),
  readEnvelope: envelopeReaderOf(catalog.events),
  ...{ log, clock, newId: randomUUID },
});
