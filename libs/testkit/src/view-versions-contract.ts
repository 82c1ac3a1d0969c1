import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  liveViewOf,
  type Catalog,
  type OffsetVector,
  type Partition,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { Audit, AuditLedger, BatchViewStore, Boundaries, StoredVersion, ViewVersions } from '@twofold/ports';
import { changedView, thingsView, twoStreamsView } from './things-view.js';
import { BY_WINDOW, EVERYTHING, SUMMARY, chunksOf } from './things-generations.js';
import { streamOf, thing } from './things.js';

export type ViewVersionsWorld = {
  readonly versions: ViewVersions;
  /** Where versions are registered, and what they leave. */
  readonly store: BatchViewStore;
  readonly boundaries: Boundaries;
  readonly audits: AuditLedger;
  close(): Promise<void>;
};

const KEPT_UNTIL_MS = 1_900_000_000_000;
/** Of a build that declares other views. */
const NO_CATALOG: Pick<Catalog, 'views' | 'events' | 'projections'> = { views: [], events: [], projections: [] };
/** As many as there might be apps that start, or zombies of a version, and more. */
const AT_ONCE = 12;

/** What every implementation of {@link ViewVersions} must do, with the stores that it shares its versions with. */
export function viewVersionsContract(name: string, setup: () => Promise<ViewVersionsWorld>): void {
  describe(`versions of views: ${name}`, () => {
    let world: ViewVersionsWorld;
    let versions: ViewVersions;
    beforeAll(async () => {
      world = await setup();
      versions = world.versions;
    });
    afterAll(() => world.close());

    const register = (plan: ViewPlan): Promise<void> =>
      world.store.register(plan, Object.fromEntries(plan.streams.map((stream) => [stream, 2])));
    /** A version that serves, and one that it was changed to. */
    const twoVersions = async (plan = thingsView()): Promise<readonly [ViewPlan, ViewPlan]> => {
      const changed = changedView(plan);
      await register(plan);
      await register(changed);
      return [plan, changed];
    };
    const cutAt = ({ streams }: ViewPlan, offset: number): OffsetVector =>
      Object.fromEntries(streams.map((stream) => [stream, [offset, offset]]));
    const firstPartition = (plan: ViewPlan): Partition => ({ stream: streamOf(plan), partition: 0 });
    const stored = async ({ id }: ViewPlan): Promise<StoredVersion | undefined> =>
      (await versions.list([id.name])).find(({ view }) => view.version === id.version);
    const stateOf = async (plan: ViewPlan): Promise<string | undefined> => (await stored(plan))?.state;
    /** Publishes a generation of a cut that is at `offset` on every partition, or stands there already. */
    const publish = async (plan: ViewPlan, number: number, offset: number): Promise<void> => {
      for (const partition of [0, 1])
        await world.boundaries.propose(plan.id, number, { stream: streamOf(plan), partition }, offset);
      await world.store.load(plan, number, cutAt(plan, offset), chunksOf([thing({ size: number })]), SUMMARY);
      expect(await world.store.publish(plan.id, number)).toBe(true);
    };
    const readAll = (plan: ViewPlan, generation: number): Promise<readonly ViewRow[] | null> =>
      world.store.read(plan, generation, {
        selection: EVERYTHING,
        having: [],
        order: BY_WINDOW,
        limit: 9,
        after: null,
      });
    const foundedAndPublished = async (plan: ViewPlan, offset: number): Promise<void> => {
      expect(await versions.found(plan.id, cutAt(plan, offset))).toBe(true);
      await publish(plan, 1, offset);
    };
    const removed = async (plan: ViewPlan): Promise<void> => {
      expect(await versions.remove(plan.id)).toBe(true);
      await versions.forget(plan.id);
    };

    describe('registering', () => {
      it('lets the first of a name serve, and keeps every later one as a candidate, as its catalog has it', async () => {
        const [plan, changed] = await twoVersions(twoStreamsView());
        await register(changedView(changed));
        const all = await versions.list([plan.id.name, 'no-such-view']);
        expect(all.map(({ state }) => state)).toEqual(['serving', 'candidate', 'candidate']);
        expect(all.slice(0, 2)).toMatchObject([
          { view: plan.id, definition: plan.definition, founding: null, keptUntilMs: null },
          { view: changed.id, definition: changed.definition, founding: null, keptUntilMs: null },
        ]);
        for (const stored of all) expect(liveViewOf(stored, NO_CATALOG).plan.id).toEqual(stored.view);
        const events = plan.sources.flatMap((source) => source.versions);
        // The order of an event's fields is that of its values.
        expect(JSON.stringify(all[0]?.events)).toBe(JSON.stringify(events));
      });

      it('lets one serve where many versions come at once', async () => {
        const first = thingsView();
        const plans = [first];
        for (let more = 1; more < AT_ONCE; more++) plans.push(changedView(plans.at(-1) ?? first));
        await Promise.all([...plans, ...plans].map(register));
        const all = await versions.list([first.id.name]);
        expect(all).toHaveLength(AT_ONCE);
        const serving = all.filter(({ state }) => state === 'serving');
        expect(serving).toHaveLength(1);
        expect(await versions.serving(first.id.name)).toBe(serving[0]?.view.version);
      });

      it('again leaves states as they are', async () => {
        const [plan, changed] = await twoVersions();
        await foundedAndPublished(changed, 5);
        await versions.promote(changed.id, plan.id.version, KEPT_UNTIL_MS);
        await Promise.all([plan, changed].map(register));
        expect([await stateOf(plan), await stateOf(changed)]).toEqual(['retired', 'serving']);
      });

      it('of another name is for that alone, and none serves a name that nobody registered', async () => {
        const [one, other] = [thingsView(), thingsView()];
        await register(one);
        await register(other);
        expect(await versions.serving(other.id.name)).toBe(other.id.version);
        expect(await versions.serving('no-such-view')).toBeNull();
        const names = [other.id.name, one.id.name];
        expect((await versions.list(names)).map(({ view }) => view.name)).toEqual([...names].sort());
      });
    });

    describe('a candidate', () => {
      it('is not published, and nothing is written of it', async () => {
        const [, changed] = await twoVersions();
        expect(await world.store.published(changed.id)).toBeNull();
        const refused = { code: 'unknown-view' };
        await expect(world.boundaries.requestCut(changed.id)).rejects.toMatchObject(refused);
        await expect(world.boundaries.propose(changed.id, 1, firstPartition(changed), 5)).rejects.toMatchObject(
          refused,
        );
        expect(await world.boundaries.ofPartition(changed.id, firstPartition(changed), -1)).toEqual([]);
        const load = world.store.load(changed, 1, cutAt(changed, 5), chunksOf([]), SUMMARY);
        await expect(load).rejects.toMatchObject({ code: 'conflict' });
        expect(await world.store.history(changed.id, 10)).toEqual([]);
      });
    });

    describe('founding', () => {
      it('asks for cut 1 with every boundary at the founding cut, where the empty generation is until one is published', async () => {
        const [plan, changed] = await twoVersions(twoStreamsView());
        const founding = { [changed.streams[0] ?? '']: [3, 4], [changed.streams[1] ?? '']: [5, 6] };
        expect(await versions.found(changed.id, founding)).toBe(true);
        expect(await stored(changed)).toMatchObject({ state: 'founded', founding });
        expect(await world.boundaries.requestedCut(changed.id)).toBe(1);
        expect(await world.boundaries.requestCut(changed.id)).toBe(1);
        expect(await world.boundaries.vectorOf(changed.id, 1)).toEqual(founding);
        expect(await world.boundaries.propose(changed.id, 1, firstPartition(changed), 9)).toBe(3);
        expect(await world.store.published(changed.id)).toMatchObject({ number: 0, cut: founding, rowCount: 0 });
        expect(await versions.serving(plan.id.name)).toBe(plan.id.version);
      });

      it('again at the same cut is true, elsewhere and in any other state false', async () => {
        const [plan, changed] = await twoVersions();
        expect(await versions.found(changed.id, cutAt(changed, 5))).toBe(true);
        expect(await versions.found(changed.id, cutAt(changed, 5))).toBe(true);
        expect(await versions.found(changed.id, cutAt(changed, 6))).toBe(false);
        expect(await versions.found(plan.id, cutAt(plan, 5))).toBe(false);
        expect(await versions.found({ ...plan.id, version: 'unknown' }, cutAt(plan, 5))).toBe(false);
        expect(await world.boundaries.vectorOf(changed.id, 1)).toEqual(cutAt(changed, 5));
        await versions.remove(changed.id);
        expect(await versions.found(changed.id, cutAt(changed, 5))).toBe(false);
      });

      it('by many at once happens at one of their cuts', async () => {
        const [, changed] = await twoVersions();
        const offsets = Array.from({ length: AT_ONCE }, (_, index) => index + 1);
        const found = await Promise.all(offsets.map((offset) => versions.found(changed.id, cutAt(changed, offset))));
        expect(found.filter((isFounded) => isFounded)).toHaveLength(1);
        const founding = cutAt(changed, offsets[found.indexOf(true)] ?? 0);
        expect(await stored(changed)).toMatchObject({ founding });
        expect(await world.boundaries.vectorOf(changed.id, 1)).toEqual(founding);
      });

      it('at a cut of other partitions is a mistake, and nothing is written', async () => {
        const [, changed] = await twoVersions();
        for (const founding of [{}, { [streamOf(changed)]: [1] }, { ...cutAt(changed, 1), other: [1] }])
          await expect(versions.found(changed.id, founding)).rejects.toThrow('impossible');
        expect(await stateOf(changed)).toBe('candidate');
      });
    });

    describe('promoting', () => {
      it('lets a version serve, and retires the one before; the other way round it goes back', async () => {
        const [plan, changed] = await twoVersions();
        await foundedAndPublished(changed, 5);
        expect(await versions.promote(changed.id, plan.id.version, KEPT_UNTIL_MS)).toBe(true);
        expect(await versions.serving(plan.id.name)).toBe(changed.id.version);
        expect(await stored(changed)).toMatchObject({ state: 'serving', keptUntilMs: null });
        expect(await stored(plan)).toMatchObject({ state: 'retired', keptUntilMs: KEPT_UNTIL_MS });
        // It is folded on.
        await publish(plan, 1, 8);
        expect(await versions.promote(plan.id, changed.id.version, KEPT_UNTIL_MS + 1)).toBe(true);
        expect(await versions.serving(plan.id.name)).toBe(plan.id.version);
        expect(await stored(plan)).toMatchObject({ state: 'serving', keptUntilMs: null });
        expect(await stored(changed)).toMatchObject({ state: 'retired', keptUntilMs: KEPT_UNTIL_MS + 1 });
      });

      it('again is true, and changes nothing', async () => {
        const [plan, changed] = await twoVersions();
        await foundedAndPublished(changed, 5);
        await versions.promote(changed.id, plan.id.version, KEPT_UNTIL_MS);
        expect(await versions.promote(changed.id, plan.id.version, KEPT_UNTIL_MS + 1)).toBe(true);
        expect(await stored(plan)).toMatchObject({ keptUntilMs: KEPT_UNTIL_MS });
      });

      it('is refused where the other does not serve, or nothing is published of the version', async () => {
        const [plan, changed] = await twoVersions();
        const refused = (to: ViewPlan, before: string): Promise<void> =>
          expect(versions.promote(to.id, before, KEPT_UNTIL_MS)).resolves.toBe(false);
        await refused(changed, plan.id.version);
        await versions.found(changed.id, cutAt(changed, 5));
        await refused(changed, plan.id.version);
        await publish(changed, 1, 5);
        await refused(changed, changed.id.version);
        await refused(changed, 'unknown');
        await refused(plan, plan.id.version);
        await refused(plan, changed.id.version);
        expect([await stateOf(plan), await stateOf(changed)]).toEqual(['serving', 'founded']);
      });

      it('has one winner among several versions, and one version serves at every moment', async () => {
        const [plan, one] = await twoVersions();
        const other = changedView(one);
        await register(other);
        await foundedAndPublished(one, 5);
        await foundedAndPublished(other, 5);
        const promotions = [one, other, one, other].map(({ id }) =>
          versions.promote(id, plan.id.version, KEPT_UNTIL_MS),
        );
        const seen = Array.from({ length: AT_ONCE }, () => versions.serving(plan.id.name));
        await Promise.all(promotions);
        expect(await Promise.all(seen)).not.toContain(null);
        const states = (await versions.list([plan.id.name])).map(({ state }) => state);
        expect(states[0]).toBe('retired');
        expect(states.slice(1).sort()).toEqual(['founded', 'serving']);
      });
    });

    describe('removing', () => {
      it('is of what is founded or retired, and nothing is published or written of it from then on', async () => {
        const [plan, changed] = await twoVersions();
        expect(await versions.remove(plan.id)).toBe(false);
        expect(await versions.remove(changed.id)).toBe(false);
        expect(await versions.remove({ ...plan.id, version: 'unknown' })).toBe(false);
        await foundedAndPublished(changed, 5);
        await versions.promote(changed.id, plan.id.version, KEPT_UNTIL_MS);
        expect(await versions.remove(changed.id)).toBe(false);
        expect(await versions.remove(plan.id)).toBe(true);
        expect(await versions.remove(plan.id)).toBe(true);
        expect(await stored(plan)).toMatchObject({ state: 'removing', keptUntilMs: null });
        expect(await world.store.published(plan.id)).toBeNull();
        await expect(world.boundaries.requestCut(plan.id)).rejects.toMatchObject({ code: 'unknown-view' });
      });

      it('keeps a generation that is loaded from being published', async () => {
        const [, changed] = await twoVersions();
        await versions.found(changed.id, cutAt(changed, 5));
        await world.store.load(changed, 1, cutAt(changed, 5), chunksOf([]), SUMMARY);
        await versions.remove(changed.id);
        expect(await world.store.publish(changed.id, 1)).toBe(false);
      });
    });

    describe('forgetting', () => {
      it('leaves nothing of the version, and others as they are', async () => {
        const [plan, changed] = await twoVersions();
        await publish(plan, 1, 4);
        await foundedAndPublished(changed, 5);
        await publish(changed, 2, 9);
        for (const { id } of [plan, changed]) await world.audits.add(auditOf(id));
        await removed(changed);
        expect(await stored(changed)).toMatchObject({ state: 'candidate', founding: null, keptUntilMs: null });
        expect(await world.store.history(changed.id, 10)).toEqual([]);
        expect(await world.boundaries.requestedCut(changed.id)).toBeNull();
        expect(await world.boundaries.ofPartition(changed.id, firstPartition(changed), -1)).toEqual([]);
        expect(await world.audits.list(changed.id, 10)).toEqual([]);
        for (const number of [1, 2]) expect(await readAll(changed, number)).toBeNull();
        expect(await readAll(plan, 1)).toHaveLength(1);
        expect(await world.audits.list(plan.id, 10)).toHaveLength(1);
        expect(await world.store.published(plan.id)).toMatchObject({ number: 1 });
      });

      it('lets the version be founded again, elsewhere', async () => {
        const [, changed] = await twoVersions();
        await foundedAndPublished(changed, 5);
        expect(await readAll(changed, 1)).toHaveLength(1);
        await removed(changed);
        await foundedAndPublished(changed, 3);
        expect(await world.store.published(changed.id)).toMatchObject({ number: 1, cut: cutAt(changed, 3) });
        const scanned: ViewRow[] = [];
        for await (const rows of world.store.scan(changed, 1)) scanned.push(...rows);
        expect(scanned).toHaveLength(1);
        // Whoever knew the table of before begins again.
        expect((await readAll(changed, 1)) ?? (await readAll(changed, 1))).toHaveLength(1);
      });

      it('does nothing to what is not being removed', async () => {
        const [plan, changed] = await twoVersions();
        await publish(plan, 1, 4);
        await versions.found(changed.id, cutAt(changed, 5));
        for (const { id } of [plan, changed]) await versions.forget(id);
        await versions.forget({ ...plan.id, version: 'unknown' });
        expect([await stateOf(plan), await stateOf(changed)]).toEqual(['serving', 'founded']);
        expect(await readAll(plan, 1)).toHaveLength(1);
      });

      it('leaves nothing to zombies that ask for cuts and propose boundaries meanwhile', async () => {
        const [, changed] = await twoVersions();
        for (let round = 1; round <= 5; round++) {
          await versions.found(changed.id, cutAt(changed, round));
          await publish(changed, 1, round);
          const zombies = Array.from({ length: AT_ONCE }, async (_, index) => {
            await world.boundaries.requestCut(changed.id);
            await world.boundaries.propose(changed.id, 2, firstPartition(changed), round + index);
          });
          const [, ...outcomes] = await Promise.allSettled([removed(changed), ...zombies]);
          for (const outcome of outcomes)
            if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'unknown-view' });
          expect(await stateOf(changed)).toBe('candidate');
          expect(await world.boundaries.ofPartition(changed.id, firstPartition(changed), -1)).toEqual([]);
          expect(await world.boundaries.requestedCut(changed.id)).toBeNull();
        }
      });

      it.each(['forgotten', 'founded again, elsewhere'])(
        'leaves nothing of a load that ends when the version is %s',
        async (when) => {
          const [, changed] = await twoVersions();
          await versions.found(changed.id, cutAt(changed, 5));
          async function* rows(): AsyncGenerator<readonly ViewRow[]> {
            yield [thing({ size: 1 })];
            await removed(changed);
            if (when !== 'forgotten') await versions.found(changed.id, cutAt(changed, 6));
            yield [thing({ size: 2 })];
          }
          const load = world.store.load(changed, 1, cutAt(changed, 5), rows(), SUMMARY);
          await expect(load).rejects.toMatchObject({ code: 'conflict' });
          expect(await world.store.history(changed.id, 10)).toEqual([]);
        },
      );
    });
  });
}

const auditOf = (view: ViewPlan['id']): Audit => ({
  ...{ view, generation: 1, checkedAtMs: 1, state: 'same', reason: null, comparedRows: 1, driftedRows: 0 },
  ...{ onlyRolledForward: 0, onlyRecomputed: 0, driftByMeasure: {}, samples: [] },
});
