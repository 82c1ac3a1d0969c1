import { catalog } from '@twofold/catalog';
import { KafkaAdmin, KafkaWriter } from '@twofold/event-log-kafka';
import { kafkaAt, kafkaOptionsOf, type App } from '@twofold/platform';
import type { FastifyInstance } from 'fastify';
import { IngestModule } from './ingest.module.js';
import { MAX_BODY_BYTES } from './limits.js';
import { prepareHttp } from './prepare-http.js';
import { ingestSettings, type IngestSettings } from './settings.js';

/** Ingest on Kafka. */
export const ingestApp: App<IngestSettings> = {
  name: 'ingest',
  settings: ingestSettings,
  servers: (settings) => [kafkaAt(settings.KAFKA_BROKERS)],
  parts: (settings) => {
    const kafka = kafkaOptionsOf(settings, 'ingest');
    return {
      module: IngestModule.of({
        catalog,
        writer: new KafkaWriter(kafka),
        admin: new KafkaAdmin(kafka),
        newStreamPartitions: settings.TWOFOLD_PARTITIONS,
      }),
      maxBodyBytes: MAX_BODY_BYTES,
      prepare: (app) =>
        prepareHttp(
          app.getHttpAdapter().getInstance() as unknown as FastifyInstance,
          settings.INGEST_MAX_IN_FLIGHT_BYTES,
        ),
    };
  },
};
