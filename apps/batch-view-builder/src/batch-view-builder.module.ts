import { randomUUID } from 'node:crypto';
import { availableParallelism, tmpdir } from 'node:os';
import { Module, type DynamicModule } from '@nestjs/common';
import { DuckDbBatchEngine } from '@twofold/batch-engine-duckdb';
import { FoldBatchEngine, FoldThreads } from '@twofold/batch-engine-fold';
import { catalog } from '@twofold/catalog';
import { streamsOf, type ViewPlan } from '@twofold/core';
import { KafkaControlChannel, KafkaPartitionAssigner } from '@twofold/event-log-kafka';
import { announceReplay, comparedGenerations, foldEngine, registerViews, type BuildPorts } from '@twofold/flows';
import {
  closeAtShutdown,
  CONTROL_CHANNEL,
  kafkaOptionsOf,
  LiveViews,
  Metrics,
  PartitionGuard,
  Readiness,
  systemClock as clock,
} from '@twofold/platform';
import type { ControlChannel } from '@twofold/ports';
import { announcementsOn } from './announcements.js';
import { Archiving } from './archiving.js';
import { EngineChoice } from './engine-choice.js';
import { GenerationAuditor } from './generation-auditor.js';
import { GenerationBuilder } from './generation-builder.js';
import { MigrationRunner } from './migration-runner.js';
import { NewsController } from './news.controller.js';
import { RebuildController } from './rebuild.controller.js';
import { ReplayRunner } from './replay-runner.js';
import type { BatchViewBuilderSettings } from './settings.js';
import { Stores } from './stores.js';
import { WantedOffsets } from './wanted-offsets.js';

/** Wiring: which adapters archive, build, audit and replay. */
@Module({})
export class BatchViewBuilderModule {
  static of(settings: BatchViewBuilderSettings): DynamicModule {
    const kafka = kafkaOptionsOf(settings, 'batch-view-builder');
    return {
      module: BatchViewBuilderModule,
      controllers: [RebuildController, NewsController],
      providers: [
        WantedOffsets,
        { provide: CONTROL_CHANNEL, useFactory: () => new KafkaControlChannel(kafka) },
        { provide: Stores, useFactory: () => Stores.open(settings) },
        {
          provide: EngineChoice,
          inject: [Stores],
          useFactory: async ({ masterDataset, historyLog, deadLetters }: Stores) => {
            const entry = new URL('./fold-thread.js', import.meta.url);
            const threads = new FoldThreads({ entry, data: settings, threads: settings.FOLD_THREADS });
            const duckdb = await DuckDbBatchEngine.open({ masterDataset, tempDirectory: tmpdir() });
            const { BATCH_ENGINE, BATCH_ENGINE_BY_VIEW } = settings;
            // of projections, whose folds go by the states before: in this process
            const ofProjections = foldEngine({ log: historyLog, masterDataset, deadLetters }, catalog);
            const engines = { duckdb, fold: new FoldBatchEngine(threads) };
            return new EngineChoice(engines, ofProjections, BATCH_ENGINE, BATCH_ENGINE_BY_VIEW);
          },
        },
        closeAtShutdown(Stores, EngineChoice, CONTROL_CHANNEL),
        {
          provide: PartitionGuard,
          inject: [Stores, Readiness],
          useFactory: async ({ admin, batchViews }: Stores, readiness: Readiness) => {
            const counts = await registerViews({ log: admin, batchViews }, catalog, settings.TWOFOLD_PARTITIONS);
            return new PartitionGuard(admin, counts, clock, readiness);
          },
        },
        {
          provide: LiveViews,
          // the guard has registered the catalog
          inject: [Stores, PartitionGuard],
          useFactory: ({ versions }: Stores) => LiveViews.open(versions, catalog, clock),
        },
        {
          provide: Archiving,
          inject: [Stores, WantedOffsets, Readiness, Metrics, PartitionGuard],
          useFactory: (
            stores: Stores,
            wanted: WantedOffsets,
            readiness: Readiness,
            metrics: Metrics,
            guard: PartitionGuard,
          ) => {
            const { log, masterDataset, deadLetters, deadLetterTopic } = stores;
            const ports = { log, masterDataset, deadLetters, deadLetterTopic, clock, wanted: wanted.of };
            return new Archiving(ports, new KafkaPartitionAssigner(kafka), catalog, readiness, metrics, guard);
          },
        },
        {
          provide: GenerationAuditor,
          inject: [Stores, LiveViews, Metrics],
          useFactory: ({ batchViews, speedViews, audits }: Stores, views: LiveViews, metrics: Metrics) =>
            new GenerationAuditor({ batchViews, speedViews, ledger: audits, clock }, () => plansOf(views), metrics),
        },
        {
          provide: GenerationBuilder,
          inject: [
            ...[Stores, EngineChoice, CONTROL_CHANNEL, WantedOffsets],
            ...[LiveViews, Archiving, GenerationAuditor, PartitionGuard],
          ],
          useFactory: (
            stores: Stores,
            engines: EngineChoice,
            control: ControlChannel,
            wanted: WantedOffsets,
            views: LiveViews,
            archiving: Archiving,
            auditor: GenerationAuditor,
            guard: PartitionGuard,
          ) => {
            const { boundaries, batchViews, speedViews, masterDataset, stage, journal, log } = stores;
            const ports: BuildPorts = {
              ...{ boundaries, batchViews, speedViews, masterDataset, stage, clock },
              engineOf: (plan) => engines.engineOf(plan),
              partitionsAtOnce: availableParallelism(),
              announce: announcementsOn(control, clock),
              want: (cut) => wanted.want(cut),
              keep: (view) => comparedGenerations(journal, view),
            };
            return new GenerationBuilder({
              ...{ ports, clock, everyMs: settings.BUILD_EVERY_MS, recomputeEvery: settings.RECOMPUTE_EVERY },
              views: () => plansOf(views),
              heads: async (stream) => (await log.bounds(stream)).end,
              leads: ({ streams: [first] }) => first !== undefined && archiving.leads(first),
              audit: (plan, generation) => auditor.audit(plan, generation),
              mustStand: () => guard.mustStand(),
            });
          },
        },
        {
          provide: ReplayRunner,
          inject: [Stores, EngineChoice, CONTROL_CHANNEL, WantedOffsets, Archiving, GenerationBuilder, Readiness],
          useFactory: (
            stores: Stores,
            engines: EngineChoice,
            control: ControlChannel,
            wanted: WantedOffsets,
            archiving: Archiving,
            builder: GenerationBuilder,
            readiness: Readiness,
          ) => {
            const { batchViews, speedViews, log, masterDataset, versions, journal, stage } = stores;
            const ports = {
              ...{ catalog, batchViews, speedViews, log, masterDataset, versions, journal, stage, clock },
              engineNamed: (name: string, plan: ViewPlan) => engines.named(name, plan),
              partitionsAtOnce: availableParallelism(),
              build: (plan: ViewPlan) => builder.buildNews(plan),
              repair: (...repair: Parameters<GenerationBuilder['repair']>) => builder.repair(...repair),
              want: wanted.want.bind(wanted),
              announce: (id: string) => announceReplay({ control, clock, newId: randomUUID }, id),
              keepMs: settings.REPLAY_KEEP_MS,
            };
            const leads = (stream: string): boolean => archiving.leads(stream);
            return new ReplayRunner({ ports, leads, atOnce: settings.REPLAYS_AT_ONCE }, readiness);
          },
        },
        {
          provide: MigrationRunner,
          inject: [Stores, Archiving, Readiness],
          useFactory: ({ editions, migrations }: Stores, archiving: Archiving, readiness: Readiness) => {
            const keepMs = settings.ARCHIVE_KEEP_MS;
            const ports = { editions, journal: migrations, types: catalog.events, clock, keepMs };
            const [first = ''] = streamsOf(catalog);
            return new MigrationRunner({ ports, leads: () => archiving.leads(first) }, readiness);
          },
        },
      ],
      exports: [CONTROL_CHANNEL],
    };
  }
}

/** The versions whose next generation is built on schedule: of one that a replay builds, the replay builds it. */
const plansOf = (views: LiveViews): readonly ViewPlan[] =>
  views.all().flatMap(({ plan, state }) => (state === 'founded' ? [] : [plan]));
