import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readComposeFile, type ComposeService } from './compose-file.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'docker');
const servers = readComposeFile(join(folder, 'compose.yaml'));
const platform = readComposeFile(join(folder, 'platform.compose.yaml'));
const apps = readdirSync(join(root, 'apps')).sort();

/** The server's name and port that an address of an app's environment leads to. */
const addressOf = (address: string): readonly [host: string, port: string] => {
  const { hostname, port } = new URL(address.includes('://') ? address : `kafka://${address}`);
  return [hostname, port];
};

const serviceOf = (name: string): ComposeService => platform.services[name] ?? {};

describe('docker/compose.yaml', () => {
  it('has the three servers, each with a health check, reached from this machine only', () => {
    expect(Object.keys(servers.services).sort()).toEqual(['kafka', 'postgres', 'redis']);
    for (const service of Object.values(servers.services)) {
      expect(service.healthcheck).toBeDefined();
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });
});

describe('docker/platform.compose.yaml', () => {
  it('has the servers and every app, and nothing else', () => {
    expect(Object.keys(platform.services).sort()).toEqual([...Object.keys(servers.services), ...apps].sort());
  });

  it.each(apps)('builds %s from the one Dockerfile', (app) => {
    const { image, build } = serviceOf(app);
    expect(image).toMatch(new RegExp(`^twofold/${app}:`));
    expect(build?.args).toEqual({ APP: app });
    expect(existsSync(join(folder, build?.context ?? '', build?.dockerfile ?? ''))).toBe(true);
  });

  it.each(apps)('runs %s without a way to write to its image, published to this machine only', (app) => {
    const { read_only: readOnly, cap_drop: dropped, ports = [] } = serviceOf(app);
    expect(readOnly).toBe(true);
    expect(dropped).toEqual(['ALL']);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:8080$/);
  });

  it.each(apps)('starts %s when each server that it is told of is healthy, and tells it where that is', (app) => {
    const { environment = {}, depends_on: needed = {} } = serviceOf(app);
    const told = ['KAFKA_BROKERS', 'REDIS_URL', 'DATABASE_URL'].flatMap((name) => environment[name] ?? []);
    const hosts = told.map((address) => addressOf(String(address))[0]);
    expect(Object.keys(needed).sort()).toEqual(hosts.sort());
    for (const { condition } of Object.values(needed)) expect(condition).toBe('service_healthy');
  });

  it('reaches Kafka by the listener that it advertises to containers', () => {
    const [host, port] = addressOf(String(serviceOf('ingest').environment?.['KAFKA_BROKERS']));
    const advertised = String(serviceOf(host).environment?.['KAFKA_ADVERTISED_LISTENERS']);
    expect(advertised.split(',').some((listener) => listener.endsWith(`://${host}:${port}`))).toBe(true);
  });

  it('declares every volume that is mounted, and keeps the archive in one', () => {
    const mounted = Object.values(platform.services).flatMap(({ volumes = [] }) => volumes.map((v) => v.split(':')));
    for (const [volume = ''] of mounted) expect(platform.volumes).toContain(volume);
    const { environment, volumes } = serviceOf('batch-view-builder');
    expect(volumes).toContain(`archive:${environment?.['ARCHIVE_DIR']}`);
  });
});
