export { closeAtShutdown } from './close-at-shutdown.js';
export { ControlTransport } from './control-transport.js';
export { type HttpReply } from './http-reply.js';
export { LiveViews, type LiveVersion } from './live-views.js';
export { Metrics, type CountUp, type SetGauge } from './metrics.js';
export { kafkaAt, postgresAt, redisAt, requireServers, type NeededServer } from './needed-servers.js';
export { parseSettings, type Environment } from './parse-settings.js';
export { CLOCK, CONTROL_CHANNEL, PlatformModule } from './platform.module.js';
export { PROBLEM_MEDIA_TYPE, problemDetails, retryAfterSeconds, type ProblemDetails } from './problem-details.js';
export { ProblemFilter, problemOf, replyProblem } from './problem.filter.js';
export { processHost, type ProcessHost } from './process-host.js';
export { Readiness, type Reason } from './readiness.js';
export { RecentTroubles } from './recent-troubles.js';
export { runApp, type App } from './run-app.js';
export { PartitionGuard } from './partition-guard.js';
export { PartitionTasks } from './partition-tasks.js';
export {
  appSettings,
  kafkaOptionsOf,
  kafkaSettings,
  platformSettings,
  postgresSettings,
  redisSettings,
  replaySettings,
  required,
  wholeNumber,
  type AppSettings,
} from './settings.js';
export { startApp, type AppParts } from './start-app.js';
export { systemClock } from './system-clock.js';
