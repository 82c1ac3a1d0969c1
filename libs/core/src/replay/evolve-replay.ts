import { impossible } from '../errors/twofold-error.js';
import type { Replay } from './replay.js';
import type { ReplayEvent } from './replay-event.js';

/** The replay after one more event; null before the first. */
export function evolveReplay(replay: Replay | null, event: ReplayEvent): Replay {
  if (event.type === 'replay.requested') return requested(event);
  if (replay === null) return impossible(`${event.type} before replay.requested`);
  return { ...replay, ...changeOf(replay, event), updatedAtMs: event.atMs };
}

/** @throws where there are no events */
export const replayOf = (events: readonly ReplayEvent[]): Replay =>
  events.reduce<Replay | null>(evolveReplay, null) ?? impossible('a replay without events');

function requested({ data, by, atMs }: ReplayEvent<'replay.requested'>): Replay {
  return {
    id: data.replayId,
    view: { name: data.view, version: data.version },
    before: data.before,
    windows: data.windows,
    engine: data.engine,
    phase: 'queued',
    isPaused: false,
    eventsPerSecond: data.eventsPerSecond,
    promoteWithin: data.promoteWithin,
    cut: null,
    generationBefore: null,
    rowCount: null,
    speed: null,
    difference: null,
    failure: null,
    movesFrom: null,
    refusal: null,
    keptUntilMs: null,
    requestedBy: by,
    requestedAtMs: atMs,
    updatedAtMs: atMs,
  };
}

function changeOf(replay: Replay, event: Exclude<ReplayEvent, ReplayEvent<'replay.requested'>>): Partial<Replay> {
  switch (event.type) {
    case 'replay.paused':
      return { isPaused: true };
    case 'replay.resumed':
      return { isPaused: false };
    case 'replay.throttled':
      return { eventsPerSecond: event.data.eventsPerSecond };
    case 'replay.founded':
      return { phase: 'running', ...event.data };
    case 'replay.built': {
      const { rowCount, events, busyMs } = event.data;
      return { phase: 'built', rowCount, speed: { events, busyMs } };
    }
    case 'replay.compared':
      return { phase: 'compared', difference: event.data.difference };
    case 'replay.promotion-decided':
      return { phase: 'promoting', movesFrom: replay.phase, keptUntilMs: event.data.keptUntilMs, refusal: null };
    case 'replay.promoted':
      return { phase: 'promoted', movesFrom: null };
    case 'replay.rollback-decided':
      return { phase: 'rolling-back', movesFrom: replay.phase, keptUntilMs: event.data.keptUntilMs, refusal: null };
    case 'replay.rolled-back':
      return { phase: 'rolled-back', movesFrom: null };
    case 'replay.move-refused':
      return { phase: replay.movesFrom ?? replay.phase, movesFrom: null, refusal: event.data.reason };
    case 'replay.cancelled':
      return { phase: 'cancelled', isPaused: false };
    case 'replay.failed':
      return { phase: 'failed', isPaused: false, failure: event.data };
    case 'replay.cleaned':
      return { phase: 'cleaned' };
    case 'replay.settled':
      return { phase: 'settled' };
  }
}
