import { Controller, Get, Module, Post, type DynamicModule } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TwofoldError, controlEvent } from '@twofold/core';
import type { ControlChannel, ControlEvent } from '@twofold/ports';
import { closeAtShutdown } from './close-at-shutdown.js';
import { Metrics } from './metrics.js';
import { CONTROL_CHANNEL } from './platform.module.js';
import { Readiness } from './readiness.js';
import { startApp } from './start-app.js';

const settings = { HOST: '127.0.0.1', PORT: 0, LOG_LEVEL: 'silent', SHUTDOWN_GRACE_MS: 1000 } as const;

@Controller()
class Things {
  static heard: unknown[] = [];
  static failures = 0;

  @Get('missing')
  missing(): never {
    throw new TwofoldError('unknown-view', 'there is no view "x"', '/view');
  }
  @Get('away')
  away(): never {
    throw new TwofoldError('log-unavailable', 'the log did not confirm');
  }
  @Get('broken')
  broken(): never {
    throw new Error('the secret is 42');
  }
  @Post('things')
  make(): string {
    return 'made';
  }
  @EventPattern('view.cut-requested')
  async onCut(@Payload() data: unknown): Promise<void> {
    if (Things.failures-- > 0) throw new Error('not now');
    Things.heard.push(data);
  }
}

/** Hands events over by hand, and says how they were taken. */
class Channel implements ControlChannel {
  hear: (event: ControlEvent) => Promise<void> = async () => {};
  group = '';
  closed: string[] = [];

  async publish() {}
  async subscribe(group: string, handle: (event: ControlEvent) => Promise<void>) {
    this.group = group;
    this.hear = handle;
    return { close: async () => void this.closed.push('subscription') };
  }
  async close() {
    this.closed.push('channel');
  }
}

@Module({})
class ThingsModule {}

let channel: Channel;
let app: NestFastifyApplication;
let url: string;
beforeEach(async () => {
  channel = new Channel();
  Things.heard = [];
  Things.failures = 0;
  const module: DynamicModule = {
    module: ThingsModule,
    controllers: [Things],
    providers: [{ provide: CONTROL_CHANNEL, useValue: channel }, closeAtShutdown(CONTROL_CHANNEL)],
    exports: [CONTROL_CHANNEL],
  };
  app = await startApp({ name: 'things', module, maxBodyBytes: 100, controlGroup: 'things' }, settings);
  url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
});
afterEach(() => app.close());

const post = (contentType: string, body: string) =>
  fetch(`${url}/things`, { method: 'POST', body, headers: { 'content-type': contentType } });

describe('a request that fails', () => {
  it('is answered as problem details with the stable code and the pointer', async () => {
    const response = await fetch(`${url}/missing`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await response.json()).toEqual({
      type: 'urn:twofold:problem:unknown-view',
      title: 'There is no such view',
      status: 404,
      detail: 'there is no view "x"',
      code: 'unknown-view',
      pointer: '/view',
    });
  });

  it('says when to try again where that makes sense', async () => {
    const response = await fetch(`${url}/away`);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
  });

  it('tells nothing of what failed inside', async () => {
    const response = await fetch(`${url}/broken`);
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'internal', status: 500 });
    expect(text).not.toContain('42');
  });

  it.each([
    ['not-found', 404, () => fetch(`${url}/nowhere`)],
    ['invalid-value', 400, () => fetch(`${url}/%`)],
    ['malformed-json', 400, () => post('application/json', '{"a":')],
    ['malformed-json', 400, () => post('application/json', '')],
    ['body-too-large', 413, () => post('application/json', JSON.stringify('x'.repeat(200)))],
    ['unsupported-media-type', 415, () => post('text/csv', 'a,b')],
  ])('is a problem too when the HTTP server refuses it: %s', async (code, status, ask) => {
    const response = await ask();
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ code, status, type: `urn:twofold:problem:${code}` });
    expect(response.status).toBe(status);
  });
});

describe('health', () => {
  it('says that the app lives, has started and is ready', async () => {
    expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: 'live' });
    expect(await (await fetch(`${url}/health/started`)).json()).toEqual({ status: 'started' });
    expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({ status: 'ready', checks: {} });
  });

  it('says why it is not ready', async () => {
    app.get(Readiness).register('kafka', () => Promise.reject(new Error('no broker answers')));
    const response = await fetch(`${url}/health/ready`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'not-ready', checks: { kafka: 'no broker answers' } });
  });
});

describe('metrics', () => {
  it('are told as Prometheus reads them, the app’s own with those of the process', async () => {
    app.get(Metrics).counter('twofold_things_total', 'Things.', ['kind'])({ kind: 'made' }, 3);
    const response = await fetch(`${url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(text).toMatch(/^twofold_things_total\{kind="made"\} 3$/m);
    expect(text).toMatch(/^process_cpu_seconds_total \d/m);
  });
});

describe('the control stream', () => {
  const cut = controlEvent('view.cut-requested', { view: 'delays', version: 'v1', cut: 2 }, { id: 'c-1', timeMs: 1 });

  it('reaches the handlers of an event under the app’s group', async () => {
    await channel.hear(cut);
    expect(channel.group).toBe('things');
    expect(Things.heard).toEqual([cut.data]);
  });

  it('gets an event back that its handler could not take, to deliver it again', async () => {
    Things.failures = 1;
    await expect(channel.hear(cut)).rejects.toThrow('not now');
    await channel.hear(cut);
    expect(Things.heard).toEqual([cut.data]);
  });

  it('passes over what nobody handles and what is not well formed', async () => {
    await channel.hear({ ...cut, type: 'generation.published' });
    await channel.hear({ ...cut, type: 'weather.changed' });
    await channel.hear({ ...cut, version: 2 });
    await channel.hear({ ...cut, data: { view: 'delays' } });
    expect(Things.heard).toEqual([]);
  });

  it('is left before the channel is closed', async () => {
    await app.close();
    expect(channel.closed).toEqual(['subscription', 'channel']);
  });
});
