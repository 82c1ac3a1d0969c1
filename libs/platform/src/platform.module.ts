import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { LoggerModule } from 'nestjs-pino';
import { HealthController } from './health.controller.js';
import { HttpDraining } from './http-draining.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';
import { ProblemFilter } from './problem.filter.js';
import { Readiness } from './readiness.js';
import { systemClock } from './system-clock.js';
import type { AppSettings } from './settings.js';

/** Injects the Clock port. */
export const CLOCK = Symbol('clock');

/** Injects the ControlChannel port, where an app's module provides it. */
export const CONTROL_CHANNEL = Symbol('control-channel');

/** What every app has: logs, health, metrics, problems, time, an end. Global. */
@Module({})
export class PlatformModule {
  static of(app: string, settings: Pick<AppSettings, 'LOG_LEVEL'>): DynamicModule {
    return {
      module: PlatformModule,
      global: true,
      imports: [
        // A line per request would cost more than handling it; what fails is logged where it fails.
        LoggerModule.forRoot({
          pinoHttp: { name: app, level: settings.LOG_LEVEL, autoLogging: false, quietReqLogger: true },
        }),
      ],
      controllers: [HealthController, MetricsController],
      providers: [
        Readiness,
        Metrics,
        HttpDraining,
        { provide: CLOCK, useValue: systemClock },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
      exports: [Readiness, Metrics, CLOCK],
    };
  }
}
