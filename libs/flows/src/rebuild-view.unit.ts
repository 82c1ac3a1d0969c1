import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  TwofoldError,
  count,
  daily,
  defineCatalog,
  defineEvent,
  defineView,
  int,
  readControlEvent,
} from '@twofold/core';
import type { ControlEvent, Rebuild, ReplayLedger } from '@twofold/ports';
import {
  ANNOUNCE_AFTER_MS,
  MAX_UNFINISHED_REBUILDS,
  announceUnfinished,
  noteProgress,
  requestRebuild,
  type RebuildPorts,
} from './rebuild-view.js';

const landed = defineEvent({ type: 'flight.landed', stream: 'flights', data: { delay: int() } });
const catalog = defineCatalog({
  events: [landed],
  views: [
    defineView({
      name: 'all-flights',
      from: landed,
      by: () => ({}),
      window: daily({ timeZone: 'UTC' }),
      measures: () => ({ flights: count() }),
    }),
  ],
});

class Ledger implements ReplayLedger {
  readonly rebuilds = new Map<string, Rebuild>();

  async add(rebuild: Rebuild) {
    this.rebuilds.set(rebuild.id, rebuild);
  }
  async update(id: string, change: Partial<Rebuild>) {
    const known = this.rebuilds.get(id);
    if (known === undefined) return null;
    const ended = known.state === 'published' || known.state === 'failed';
    if (!ended) this.rebuilds.set(id, { ...known, ...change });
    return this.get(id);
  }
  async get(id: string) {
    return this.rebuilds.get(id) ?? null;
  }
  async list(limit: number) {
    return [...this.rebuilds.values()].reverse().slice(0, limit);
  }
  async unfinished() {
    return [...this.rebuilds.values()].filter(({ state }) => state === 'requested' || state === 'building');
  }
  async close() {}
}

let ledger: Ledger;
let told: ControlEvent[];
let logIsAway: boolean;
let now: number;
let serving: string | null;
let ports: RebuildPorts;
beforeEach(() => {
  ledger = new Ledger();
  told = [];
  logIsAway = false;
  now = 1000;
  serving = null;
  let ids = 0;
  ports = {
    catalog,
    versions: { serving: async () => serving },
    ledger,
    clock: { now: () => now, elapsed: () => now, wait: async () => {} },
    newId: () => `id-${++ids}`,
    control: {
      publish: async (event) => {
        if (logIsAway) throw new TwofoldError('log-unavailable', 'the log is away');
        told.push(event);
      },
      subscribe: async () => ({ close: async () => {} }),
      close: async () => {},
    },
  };
});

const progress = (rebuildId: string, state: 'building' | 'published') => ({
  rebuildId,
  state,
  detail: state,
  generation: state === 'published' ? 4 : null,
});

describe('a rebuild', () => {
  it('is recorded, then announced to the builders', async () => {
    const rebuild = await requestRebuild(ports, 'all-flights');
    expect(rebuild).toMatchObject({
      view: catalog.views[0]?.id,
      state: 'requested',
      generation: null,
      requestedAtMs: 1000,
    });
    expect(await ledger.get(rebuild.id)).toEqual(rebuild);
    expect(told.map((event) => readControlEvent(event))).toMatchObject([
      {
        type: 'view.rebuild-requested',
        subject: rebuild.id,
        data: { rebuildId: rebuild.id, view: 'all-flights', version: catalog.views[0]?.id.version },
      },
    ]);
  });

  it('is of the version that serves, not of the one that is declared', async () => {
    serving = 'another';
    expect((await requestRebuild(ports, 'all-flights')).view).toEqual({ name: 'all-flights', version: 'another' });
  });

  it('of an unknown view is refused and names the views', async () => {
    await expect(requestRebuild(ports, 'nothing')).rejects.toMatchObject({
      code: 'unknown-view',
      message: expect.stringContaining('all-flights'),
    });
    expect(ledger.rebuilds.size).toBe(0);
    expect(told).toEqual([]);
  });

  it('is not refused while the log is away, and is announced when it is back', async () => {
    logIsAway = true;
    const { id } = await requestRebuild(ports, 'all-flights');
    logIsAway = false;
    expect(await announceUnfinished(ports, 0)).toBe(1);
    expect(told).toMatchObject([{ type: 'view.rebuild-requested', data: { rebuildId: id } }]);
  });

  it('is refused when too many are unfinished', async () => {
    for (let n = 0; n < MAX_UNFINISHED_REBUILDS; n++) await requestRebuild(ports, 'all-flights');
    await expect(requestRebuild(ports, 'all-flights')).rejects.toMatchObject({ code: 'overloaded' });
  });

  it('is moved on by what builders tell, until it has ended', async () => {
    const { id } = await requestRebuild(ports, 'all-flights');
    now = 2000;
    expect(await noteProgress(ports, progress(id, 'building'))).toMatchObject({ state: 'building', updatedAtMs: 2000 });
    expect(await noteProgress(ports, progress(id, 'published'))).toMatchObject({ state: 'published', generation: 4 });
    expect(await noteProgress(ports, progress(id, 'building'))).toMatchObject({ state: 'published', generation: 4 });
  });

  it('that nobody here asked for is passed over', async () => {
    expect(await noteProgress(ports, progress('another', 'building'))).toBeNull();
  });

  it('is announced again once nothing is heard of it, but not when it has ended', async () => {
    const { id } = await requestRebuild(ports, 'all-flights');
    now += ANNOUNCE_AFTER_MS - 1;
    expect(await announceUnfinished(ports, ANNOUNCE_AFTER_MS)).toBe(0);
    now += 1;
    expect(await announceUnfinished(ports, ANNOUNCE_AFTER_MS)).toBe(1);
    await noteProgress(ports, progress(id, 'building'));
    expect(await announceUnfinished(ports, ANNOUNCE_AFTER_MS)).toBe(0);
    await noteProgress(ports, progress(id, 'published'));
    now += ANNOUNCE_AFTER_MS;
    expect(await announceUnfinished(ports, ANNOUNCE_AFTER_MS)).toBe(0);
    expect(new Set(told.map((event) => event.id)).size).toBe(2);
  });

  it('is announced again where the clock was put back behind what was heard of it', async () => {
    await requestRebuild(ports, 'all-flights');
    now -= 3_600_000;
    expect(await announceUnfinished(ports, ANNOUNCE_AFTER_MS)).toBe(1);
  });
});
