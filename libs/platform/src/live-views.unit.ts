import { beforeEach, describe, expect, it } from '@jest/globals';
import { count, daily, defineCatalog, defineEvent, defineView, int, sum, type ViewPlan } from '@twofold/core';
import type { StoredVersion, ViewVersionState } from '@twofold/ports';
import { LiveViews } from './live-views.js';

const landed = defineEvent({ type: 'flight.landed', stream: 'flights', data: { delay: int() } });
const flights = defineView({
  ...{ name: 'delays', from: landed, window: daily() },
  measures: () => ({ flights: count() }),
});
const delays = defineView({
  ...{ name: 'delays', from: landed, window: daily() },
  measures: ({ delay }) => ({ flights: count(), delay: sum(delay) }),
});
const before = defineCatalog({ events: [landed], views: [flights] });
const catalog = defineCatalog({ events: [landed], views: [delays] });
const [old, now] = [before, catalog].map(({ views: [plan] }) => plan) as [ViewPlan, ViewPlan];

const storedAs = ({ id, definition }: ViewPlan, state: ViewVersionState): StoredVersion => ({
  ...{ view: id, state, definition, events: [landed], founding: null, keptUntilMs: null },
});

let stored: readonly StoredVersion[];
let isAway: boolean;
const versions = {
  list: async () => {
    if (isAway) throw new Error('it is away');
    return stored;
  },
  serving: async () => stored.find(({ state }) => state === 'serving')?.view.version ?? null,
};
const clock = { wait: async () => undefined };
const open = (): Promise<LiveViews> => LiveViews.open(versions, catalog, clock);
const statesOf = (views: LiveViews) => views.all().map(({ plan, state }) => [plan, state]);

describe('the versions that live', () => {
  beforeEach(() => {
    isAway = false;
    stored = [storedAs(old, 'serving'), storedAs(now, 'candidate')];
  });

  it('are those that are folded, whichever catalog declared them', async () => {
    const views = await open();
    expect(statesOf(views)).toEqual([[old, 'serving']]);
    stored = [storedAs(old, 'serving'), storedAs(now, 'founded')];
    await views.look();
    expect(statesOf(views)).toEqual([
      [old, 'serving'],
      [now, 'founded'],
    ]);
    stored = [storedAs(old, 'removing'), storedAs(now, 'serving')];
    await views.look();
    expect(statesOf(views)).toEqual([[now, 'serving']]);
  });

  it('stay as they were while the store is away', async () => {
    const views = await open();
    isAway = true;
    await expect(views.look()).rejects.toThrow('it is away');
    expect(statesOf(views)).toEqual([[old, 'serving']]);
  });

  it('serve as the store has it now, not as it was looked at last', async () => {
    const views = await open();
    expect((await views.serving('delays')).plan).toEqual(old);
    stored = [storedAs(old, 'retired'), storedAs(now, 'serving')];
    expect((await views.serving('delays')).plan).toBe(now);
    await expect(views.serving('nothing')).rejects.toMatchObject({ code: 'unknown-view' });
    stored = [];
    await expect(views.serving('delays')).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('can be asked for by version, and those that are not folded are refused', async () => {
    stored = [storedAs(old, 'serving'), storedAs(now, 'founded')];
    const views = await open();
    expect(views.version('delays', now.id.version).plan).toBe(now);
    stored = [storedAs(old, 'serving'), storedAs(now, 'candidate')];
    await views.look();
    expect(() => views.version('delays', now.id.version)).toThrow(old.id.version);
  });

  it('tell when they are others, and only then', async () => {
    const views = await open();
    let times = 0;
    views.onChange(() => (times += 1));
    await views.look();
    expect(times).toBe(0);
    stored = [storedAs(old, 'serving'), storedAs(now, 'founded')];
    await views.look();
    expect(times).toBe(1);
  });

  it('leave out what this build makes something else of', async () => {
    const strange = { ...storedAs(old, 'serving'), view: { name: 'delays', version: '0123456789abcdef' } };
    stored = [strange, storedAs(now, 'founded')];
    const views = await open();
    expect(statesOf(views)).toEqual([[now, 'founded']]);
    await expect(views.serving('delays')).rejects.toThrow('makes another version of it');
    await expect(views.check()).rejects.toThrow('makes another version of it');
    stored = [storedAs(now, 'serving')];
    await views.look();
    await views.check();
  });
});
