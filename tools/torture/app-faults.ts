import { catalog } from '@twofold/catalog';
import { setTimeout as pause } from 'node:timers/promises';
import type { AppName } from '../demo/apps.ts';
import { libfaketime, setClock } from './clocks.ts';
import { ABRUPT, AWAY_MS, BOTH, FROZEN_MS, type Fault } from './fault.ts';

/** How far a clock jumps, s: to and fro, further than anything waits, and than tokens and caches live. */
const JUMPS_S = [-7_200, -90, 90, 7_200, 86_400] as const;

const restarted = (app: AppName): Fault => ({
  kind: `${app} restarted`,
  manners: BOTH,
  touches: app,
  async inject(world, random, manner) {
    await world.stopApp(app, manner);
    if (random.below(2) === 0) await pause(random.between(0, AWAY_MS.most));
    world.startApp(app);
    if (random.below(3) > 0) await world.started(app); // else the next one may meet it in its start
  },
});

const frozen = (app: AppName): Fault => ({
  kind: `${app} frozen`,
  manners: ABRUPT,
  touches: app,
  async inject(world, random) {
    world.freeze(app);
    await pause(random.between(FROZEN_MS.least, FROZEN_MS.most));
    world.thaw(app);
  },
});

const copyComesAndGoes = (app: AppName): Fault => ({
  kind: `another ${app} comes and goes`,
  manners: BOTH,
  touches: app,
  async inject(world, random, manner) {
    await world.startCopy(app, '-guest');
    await pause(random.between(3_000, FROZEN_MS.most));
    await world.stopApp(app, manner, '-guest');
  },
});

/** One stands still for longer than its session while another takes over; then it wakes and finds itself too late. */
const zombie = (app: AppName, of: string, { least, most }: typeof FROZEN_MS): Fault => ({
  kind: `${app} wakes as a zombie ${of}`,
  manners: ABRUPT,
  touches: app,
  async inject(world, random) {
    await world.startCopy(app, '-heir');
    world.freeze(app);
    await pause(random.between(least, most));
    world.thaw(app);
    await pause(random.between(500, 3_000));
    await world.stopApp(app, random.pick(['abrupt', 'graceful']), '-heir');
  },
});

const clockJumps = (app: AppName): Fault => ({
  kind: `clock of ${app} jumps`,
  manners: ABRUPT,
  touches: app,
  async inject(world, random) {
    setClock(world.clockFileOf(app), random.pick(JUMPS_S));
    await pause(random.between(AWAY_MS.least, FROZEN_MS.most));
    setClock(world.clockFileOf(app), 0);
  },
});

const rebuildAskedFor: Fault = {
  kind: 'a rebuild is asked for, and its batch-view-builder dies',
  manners: BOTH,
  touches: 'batch-view-builder',
  async inject(world, random, manner) {
    const view = catalog.views[random.below(catalog.views.length)]?.id.name;
    await fetch(`${world.urlOf('replay-orchestrator')}/v1/views/${view}/rebuilds`, { method: 'POST' }).catch(
      () => null,
    );
    await pause(random.between(0, 1_500));
    await world.stopApp('batch-view-builder', manner);
    world.startApp('batch-view-builder');
  },
};

/** What happens to apps, one at a time. */
export const APP_FAULTS: readonly Fault[] = [
  restarted('ingest'),
  restarted('speed-view-builder'),
  restarted('batch-view-builder'),
  restarted('serving-gateway'),
  restarted('replay-orchestrator'),
  frozen('ingest'),
  frozen('speed-view-builder'),
  frozen('batch-view-builder'),
  frozen('serving-gateway'),
  copyComesAndGoes('speed-view-builder'),
  copyComesAndGoes('batch-view-builder'),
  zombie('speed-view-builder', 'of seconds', { least: 8_000, most: FROZEN_MS.most }),
  { ...zombie('speed-view-builder', 'of a minute', { least: 60_000, most: 60_000 }), isLong: true },
  rebuildAskedFor,
  ...(libfaketime() === null
    ? []
    : (['ingest', 'speed-view-builder', 'batch-view-builder', 'serving-gateway'] as const).map(clockJumps)),
];
