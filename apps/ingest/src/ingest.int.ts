import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodePosition, streamsOf } from '@twofold/core';
import { catalog } from '@twofold/catalog';
import { KafkaRawReader } from '@twofold/event-log-kafka';
import { parseSettings, startApp } from '@twofold/platform';
import { testServers } from '@twofold/testkit';
import { ingestApp } from './ingest-app.js';

const TWOFOLD_NAMESPACE = `ingest-${randomBytes(4).toString('hex')}`;
const PARTITIONS = 3;

let app: NestFastifyApplication;
let reader: KafkaRawReader;
let url: string;
beforeAll(async () => {
  const brokers = testServers().kafkaBrokers;
  const settings = parseSettings(ingestApp.settings, {
    KAFKA_BROKERS: brokers.join(','),
    TWOFOLD_NAMESPACE,
    TWOFOLD_PARTITIONS: String(PARTITIONS),
    PORT: '0',
    LOG_LEVEL: 'silent',
  });
  app = await startApp({ name: ingestApp.name, ...ingestApp.parts(settings) }, settings);
  reader = new KafkaRawReader({ brokers, namespace: TWOFOLD_NAMESPACE });
  url = `${await app.getUrl()}/v1/events`;
});
afterAll(async () => {
  await app.close();
  await reader.close();
});

const landed = (n: number, change: Readonly<Record<string, unknown>> = {}) => ({
  specversion: '1.0',
  id: `f-${n}`,
  source: '/flights',
  type: 'flight.landed',
  dataschema: 'urn:twofold:schema:flight.landed:1',
  subject: `airport-${n % 17}`,
  time: '2001-03-01T12:30:00Z',
  data: { date: '2001-03-01T12:30:00Z', delay: n, distance: 100, origin: 'ATL', destination: 'JFK' },
  ...change,
});
const post = async (body: string, contentType: string) => {
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': contentType } });
  return { status: response.status, answer: (await response.json()) as { position: string } };
};

/** Every record of a stream, by partition in its order: its key, its id, its data. */
async function recordsOf(stream: string) {
  const { end } = await reader.bounds(stream);
  const partitions: { key: string | null; id: string | undefined; data: string | null }[][] = [];
  for (let partition = 0; partition < end.length; partition++) {
    const records: (typeof partitions)[number] = [];
    for (let from = 0; from < (end[partition] ?? 0);) {
      const batch = await reader.read({ stream, partition }, { from });
      batch.forEach((record) =>
        records.push({ key: record.key(), id: record.header('ce_id'), data: record.valueText() }),
      );
      from = batch.nextOffset;
    }
    partitions.push(records);
  }
  return partitions;
}

describe('ingest on Kafka', () => {
  it('has made every stream of the catalog with the partitions that are set', async () => {
    for (const stream of streamsOf(catalog)) expect((await reader.bounds(stream)).end).toHaveLength(PARTITIONS);
    expect((await fetch(url.replace('/v1/events', '/health/ready'))).status).toBe(200);
  });

  it('puts what it accepts on the log before it answers: each key in its order, at the position it tells', async () => {
    const good = Array.from({ length: 300 }, (_, n) => landed(n));
    const bad = [landed(900, { type: 'flight.lost' }), landed(901, { subject: '' }), landed(902, { data: {} })];
    const batch = await post(JSON.stringify([...good.slice(0, 100), ...bad]), 'application/json');
    const one = await post(JSON.stringify(good[100]), 'application/cloudevents+json');
    const body = good.slice(101).map((event) => JSON.stringify(event));
    const lines = await post(body.join('\n'), 'application/x-ndjson');
    expect([batch.status, one.status, lines.status]).toEqual([207, 202, 202]);

    const records = await recordsOf('flights');
    for (let airport = 0; airport < 17; airport++) {
      const expected = good.filter((_, n) => n % 17 === airport);
      expect(records.flat().filter(({ key }) => key === `airport-${airport}`)).toEqual(
        expected.map(({ subject, id, data }) => ({ key: subject, id, data: JSON.stringify(data) })),
      );
    }
    expect(records.flat()).toHaveLength(good.length);
    const ends = Object.fromEntries(records.map(({ length }, partition) => [partition, length]));
    expect(decodePosition(lines.answer.position)).toEqual({ flights: ends });
  });
});
