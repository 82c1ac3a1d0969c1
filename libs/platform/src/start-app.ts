import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { ControlTransport } from './control-transport.js';
import type { HttpReply } from './http-reply.js';
import { CONTROL_CHANNEL, PlatformModule } from './platform.module.js';
import { problemOf, replyProblem } from './problem.filter.js';
import { Readiness } from './readiness.js';
import type { AppSettings } from './settings.js';

/** A body without a limit of its own may have this many bytes: a query, a request. */
const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;

/** A request that takes longer to arrive is held up by its sender. */
const REQUEST_TIMEOUT_MS = 120_000;

export type AppParts = {
  readonly name: string;
  readonly module: DynamicModule;
  /** Greatest size of a request's body, bytes. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** The group under which the app hears the control stream; its module then provides {@link CONTROL_CHANNEL}. */
  readonly controlGroup?: string;
  /** Before the routes are made: content types and hooks of the HTTP server. */
  readonly prepare?: (app: NestFastifyApplication) => void | PromiseLike<unknown>;
};

/**
 * Starts an app: when this resolves it listens, and hears the control stream if it has a group. Its `close()` takes no
 * more, finishes what is under way, then closes what the app holds.
 */
export async function startApp(parts: AppParts, settings: AppSettings): Promise<NestFastifyApplication> {
  const root: DynamicModule = { module: Root, imports: [PlatformModule.of(parts.name, settings), parts.module] };
  const app = await NestFactory.create<NestFastifyApplication>(root, httpServer(parts), {
    bufferLogs: true,
    // What fails before there is a logger is told once, by who started the app.
    autoFlushLogs: false,
    abortOnError: false,
    // The HTTP server's own parser takes JSON; nobody here takes forms.
    bodyParser: false,
  });
  const logger = app.get(Logger);
  app.useLogger(logger);
  try {
    await parts.prepare?.(app);
    if (parts.controlGroup !== undefined) {
      const strategy = new ControlTransport(app.get(CONTROL_CHANNEL), parts.controlGroup);
      app.connectMicroservice({ strategy }, { inheritAppConfig: true });
    }
    await app.init();
    await app.startAllMicroservices();
    await app.listen(settings.PORT, settings.HOST);
  } catch (error) {
    await app.close();
    throw error;
  }
  app.get(Readiness).serving();
  logger.log(`${parts.name} listens at ${await app.getUrl()}`);
  return app;
}

@Module({})
class Root {}

const httpServer = ({ maxBodyBytes }: AppParts): FastifyAdapter =>
  new FastifyAdapter({
    bodyLimit: maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // What still comes on an open connection while the app ends is answered like any other, and is the last on it.
    return503OnClosing: false,
    frameworkErrors: (error: unknown, _request: unknown, reply: unknown) =>
      replyProblem(reply as HttpReply, problemOf(error)),
  });
