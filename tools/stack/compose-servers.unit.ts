import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServer } from './compose-servers.ts';
import { placeOf, type Place } from './place.ts';

const redis = composeServer({
  service: 'redis',
  containerPort: 6379,
  portVariable: 'REDIS_PORT',
  urlOf: (port) => `redis://127.0.0.1:${port}`,
});

/** A docker that keeps one container in a file, and writes down what it is asked. */
const DOCKER = `#!/bin/sh
cd "$(dirname "$0")"
echo "$@" >> asked
case "$*" in
  info) [ -e engine ] ;;
  *version) ;;
  *'ps --quiet --status running redis') [ -e up ] && echo id || true ;;
  *'up --detach'*) if [ -e broken ]; then echo 'no such image' >&2; exit 1; fi; echo "$REDIS_PORT" > up ;;
  *'port redis 6379') echo "127.0.0.1:$(cat up)" ;;
  *stop*|*down*) rm -f up ;;
esac
`;

describe('a server by Docker Compose', () => {
  let place: Place;
  const path = process.env['PATH'];
  const has = (what: string): void => writeFileSync(join(place.root, what), '');
  const asked = (): string => readFileSync(join(place.root, 'asked'), 'utf8');
  beforeEach(() => {
    place = placeOf(mkdtempSync(join(tmpdir(), 'twofold-compose-')));
    mkdirSync(place.data);
    writeFileSync(join(place.root, 'docker'), DOCKER);
    chmodSync(join(place.root, 'docker'), 0o755);
    process.env['PATH'] = `${place.root}:${path}`;
  });
  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(place.root, { recursive: true });
  });

  it('is open where an engine runs', async () => {
    expect(await redis.unavailable(place)).toBe('no Docker engine runs');
    has('engine');
    expect(await redis.unavailable(place)).toBeNull();
  });

  it('starts on a free port, is found again, and is stopped with its data kept or dropped', async () => {
    const first = await redis.up(place, () => undefined);
    expect(first).toMatchObject({ url: expect.stringMatching(/^redis:\/\/127\.0\.0\.1:\d{4,5}$/), ranAlready: false });
    expect(await redis.up(place, () => undefined)).toEqual({ ...first, ranAlready: true });
    await redis.down(place, 'keep-data');
    expect(existsSync(join(place.root, 'up'))).toBe(false);
    expect(asked()).toMatch(/ stop redis\n$/);
    await redis.up(place, () => undefined);
    await redis.down(place, 'drop-data');
    expect(asked()).toMatch(/ down --volumes\n$/);
  });

  it('is left alone by a place that did not start it', async () => {
    await redis.up(place, () => undefined);
    const other = placeOf(mkdtempSync(join(tmpdir(), 'twofold-other-')));
    mkdirSync(other.data);
    await redis.down(other, 'drop-data');
    expect(existsSync(join(place.root, 'up'))).toBe(true);
    rmSync(other.root, { recursive: true });
  });

  it('has a project for each place', async () => {
    await redis.up(place, () => undefined);
    const other = { ...place, root: `${place.root}/other` };
    rmSync(join(place.root, 'up'));
    await redis.up(other, () => undefined);
    const projects = [...asked().matchAll(/--project-name (\S+) up/g)].map(([, project]) => project);
    expect(new Set(projects).size).toBe(2);
  });

  it('says what Compose said when it fails', async () => {
    has('broken');
    await expect(redis.up(place, () => undefined)).rejects.toThrow('docker compose up redis failed: no such image');
  });
});
