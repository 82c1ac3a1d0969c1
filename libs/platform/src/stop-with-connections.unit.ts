import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { Controller, Get, Module, Post, type BeforeApplicationShutdown } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { runApp } from './run-app.js';
import { appSettings } from './settings.js';

/** Far longer than ending takes, far shorter than connections are kept alive. */
const GRACE_MS = 5_000;

const LAST_ANSWER = /^HTTP\/1\.1 20[01] .*\bconnection: close\r\n.*(slow|quick)$/is;

/** Holds requests until the test lets them go on. */
class Gate {
  static readonly waiting: (() => void)[] = [];
  static entered: () => void = () => undefined;

  static pass(): Promise<void> {
    return new Promise((resolve) => {
      Gate.waiting.push(resolve);
      Gate.entered();
    });
  }
  static letGo(): void {
    for (const resolve of Gate.waiting.splice(0)) resolve();
  }
}

@Controller()
class Things {
  @Get('quick')
  quick(): string {
    return 'quick';
  }
  @Post('slow')
  async slow(): Promise<string> {
    await Gate.pass();
    return 'slow';
  }
}

/** Work of the app's own that the test lets end: until then it still listens. */
class Work implements BeforeApplicationShutdown {
  static ending: Promise<void> = Promise.resolve();

  async beforeApplicationShutdown(): Promise<void> {
    await Work.ending;
  }
}

@Module({ controllers: [Things], providers: [Work] })
class ThingsModule {}

/** An app in a process of the test's own, which notes the exit code. */
async function running() {
  let stop: (signal: string) => void = () => undefined;
  let exit: (code: number) => void = () => undefined;
  const exited = new Promise<number>((resolve) => {
    exit = resolve;
  });
  let nest: NestFastifyApplication | undefined;
  await runApp(
    {
      name: 'things',
      settings: z.object(appSettings(0)),
      servers: () => [],
      parts: () => ({ module: { module: ThingsModule }, prepare: (app) => void (nest = app) }),
    },
    {
      environment: { LOG_LEVEL: 'silent', PORT: '0', SHUTDOWN_GRACE_MS: String(GRACE_MS) },
      onStop: (handle) => {
        stop = handle;
      },
      tell: () => undefined,
      exit: (code) => exit(code),
    },
  );
  const port = Number(new URL((await nest?.getUrl()) ?? '').port);
  /** Resolves when the app has begun to close, which an idle connection shows. */
  const beginToStop = async (): Promise<void> => {
    const idle = await Client.at(port);
    idle.send('GET', '/quick');
    await idle.answers(1);
    stop('SIGTERM');
    await idle.allAnswers();
  };
  return { port, exited, stop: () => stop('SIGTERM'), beginToStop };
}

/** A client that keeps its connection, and all that it was sent. */
class Client {
  private text = '';

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
    });
  }

  static async at(port: number): Promise<Client> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Client(socket);
  }
  send(method: 'GET' | 'POST', path: string): void {
    this.socket.write(`${method} ${path} HTTP/1.1\r\nhost: things\r\ncontent-length: 0\r\n\r\n`);
  }
  /** Request after request, whatever is answered, until the connection is gone. */
  sendOn(method: 'GET' | 'POST', path: string): void {
    // what comes after the end is answered with a reset
    this.socket.on('error', () => undefined);
    const timer = setInterval(() => this.send(method, path), 1);
    this.socket.once('close', () => clearInterval(timer));
  }
  /** Resolves when that many answers have come, or the connection has ended. */
  async answers(count: number): Promise<readonly string[]> {
    for (;;) {
      const answers = this.text.split(/(?=HTTP\/1\.1 )/).filter((answer) => answer.includes('\r\n\r\n'));
      if (answers.length >= count || this.socket.readableEnded || this.socket.destroyed) return answers;
      await Promise.race(['data', 'end', 'close'].map((event) => once(this.socket, event)));
    }
  }
  /** Everything that came until the server ended the connection. */
  async allAnswers(): Promise<readonly string[]> {
    return this.answers(Infinity);
  }
}

const slowRequest = (client: Client): Promise<void> =>
  new Promise((resolve) => {
    Gate.entered = resolve;
    client.send('POST', '/slow');
  });

describe('an app that is told to stop, with a client that keeps its connection', () => {
  it('ends at once when the connection is idle after an answer', async () => {
    const app = await running();
    const client = await Client.at(app.port);
    client.send('GET', '/quick');
    await client.answers(1);
    app.stop();
    expect(await app.exited).toBe(0);
    expect(await client.allAnswers()).toHaveLength(1);
  });

  it('ends at once when nothing was ever sent on it', async () => {
    const app = await running();
    const seen = await Client.at(app.port);
    const silent = await Client.at(app.port);
    // the server accepts in order: when it has answered on the later one, it has the silent one too
    seen.send('GET', '/quick');
    await seen.answers(1);
    app.stop();
    expect(await app.exited).toBe(0);
    expect(await silent.allAnswers()).toEqual([]);
  });

  it('answers the request under way as the last of its connection, then ends', async () => {
    const app = await running();
    const client = await Client.at(app.port);
    await slowRequest(client);
    await app.beginToStop();
    Gate.letGo();
    expect(await app.exited).toBe(0);
    expect(await client.allAnswers()).toEqual([expect.stringMatching(LAST_ANSWER)]);
  });

  it('ends though the answer was too early to say that it is the last', async () => {
    const app = await running();
    const client = await Client.at(app.port);
    await slowRequest(client);
    app.stop();
    Gate.letGo();
    expect(await app.exited).toBe(0);
    expect(await client.allAnswers()).toHaveLength(1);
  });

  it('answers all that was pipelined before it was told, the last as the last', async () => {
    const app = await running();
    const client = await Client.at(app.port);
    await slowRequest(client);
    await slowRequest(client);
    await app.beginToStop();
    Gate.letGo();
    expect(await app.exited).toBe(0);
    const answers = await client.allAnswers();
    expect(answers.map((answer) => LAST_ANSWER.test(answer))).toEqual([false, true]);
  });

  it('answers one request on each connection that is made while it ends, and none after', async () => {
    let endWork = (): void => undefined;
    Work.ending = new Promise((resolve) => {
      endWork = resolve;
    });
    const app = await running();
    await app.beginToStop();
    for (let connections = 0; connections < 3; connections++) {
      const client = await Client.at(app.port);
      client.send('GET', '/quick');
      expect(await client.allAnswers()).toEqual([expect.stringMatching(LAST_ANSWER)]);
    }
    const silent = await Client.at(app.port);
    endWork();
    expect(await app.exited).toBe(0);
    expect(await silent.allAnswers()).toEqual([]);
    await expect(Client.at(app.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('ends though the client sends on after the answer that was its last', async () => {
    const app = await running();
    const client = await Client.at(app.port);
    await slowRequest(client);
    await app.beginToStop();
    client.sendOn('GET', '/quick');
    Gate.letGo();
    expect(await app.exited).toBe(0);
    const [first, ...others] = await client.allAnswers();
    expect(first).toMatch(LAST_ANSWER);
    expect(others).toEqual([]);
  });
});
