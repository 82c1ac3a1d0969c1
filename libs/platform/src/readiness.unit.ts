import { describe, expect, it } from '@jest/globals';
import { Readiness } from './readiness.js';

const serving = (): Readiness => {
  const readiness = new Readiness();
  readiness.serving();
  return readiness;
};

describe('an app', () => {
  it('is ready when it serves and every check passes', async () => {
    const readiness = serving();
    readiness.register('kafka', async () => 4);
    expect(await readiness.report()).toEqual({ ready: true, checks: { kafka: null } });
  });

  it('is not ready, with the reason, when one check fails', async () => {
    const readiness = serving();
    readiness.register('kafka', async () => 4);
    readiness.register('postgres', () => Promise.reject(new Error('it refuses connections')));
    expect(await readiness.report()).toEqual({
      ready: false,
      checks: { kafka: null, postgres: 'it refuses connections' },
    });
  });

  it('is not ready when a check throws or never ends', async () => {
    const readiness = serving();
    readiness.register('redis', () => {
      throw new Error('closed');
    });
    readiness.register('kafka', () => new Promise(() => undefined));
    expect(await readiness.report()).toEqual({
      ready: false,
      checks: { redis: 'closed', kafka: 'it did not answer within 2000 ms' },
    });
  });

  it('is not ready while it starts and once it stops', async () => {
    const readiness = new Readiness();
    expect(readiness.started).toBe(false);
    expect(await readiness.report()).toEqual({ ready: false, checks: { app: 'it is starting' } });
    readiness.serving();
    readiness.stopping();
    expect(readiness.started).toBe(true);
    expect(await readiness.report()).toEqual({ ready: false, checks: { app: 'it is stopping' } });
  });
});
