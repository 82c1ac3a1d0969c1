import { describe, expect, it } from '@jest/globals';
import {
  FIRST_LAYOUT,
  TwofoldError,
  migrationsOf,
  type Migration,
  type MigrationCommand,
  type Offset,
} from '@twofold/core';
import {
  InMemoryArchive,
  InMemoryArchiveEditions,
  InMemoryDeadLetters,
  InMemoryMasterDataset,
  InMemoryMigrationJournal,
  virtualClock,
} from '@twofold/in-memory';
import { NO_CHANGES } from '@twofold/ports';
import { ARCHIVED_TYPES, landedRange } from '@twofold/testkit';
import {
  commandMigration,
  describeMigration,
  planMigration,
  requestMigration,
  runMigration,
  type RunMigrationPorts,
} from './index.js';

const PARTITIONS = [0, 1].map((partition) => ({ stream: 'flights', partition }));
const RECORDS = 40;
const KEEP_MS = 60_000;
const LAYOUT = { ...FIRST_LAYOUT, rangeRecords: 16 };
const WHO = { by: 'ops@example.org', note: null };

class Killed extends Error {}

/** An archive of small ranges, and a migration of it that was asked for. */
async function openWorld(how: Migration['switch'] = 'auto') {
  const clock = virtualClock();
  const archive = new InMemoryArchive();
  const editions = new InMemoryArchiveEditions(archive);
  const masterDataset = new InMemoryMasterDataset(new InMemoryDeadLetters(), archive);
  const journal = new InMemoryMigrationJournal();
  const append = async (partition: number, from: Offset, to: Offset): Promise<boolean> =>
    masterDataset.append(
      { stream: 'flights', partition },
      ...([from, to, landedRange(from, to), ARCHIVED_TYPES, NO_CHANGES] as const),
    );
  for (const { partition } of PARTITIONS)
    for (let from = 0; from < RECORDS; from += 4) await append(partition, from, from + 4);
  let ids = 0;
  const commanding = { journal, clock, newId: () => `m${++ids}` };
  const asked = { layout: LAYOUT, recordsPerSecond: null, switch: how };
  const request = (): Promise<Migration> => requestMigration(commanding, asked, WHO);
  const { id } = await request();
  const ports: RunMigrationPorts = {
    ...{ journal, editions, clock, types: ARCHIVED_TYPES, keepMs: KEEP_MS, tell: () => undefined },
  };
  const run = (some = ports, stop = new AbortController().signal): Promise<void> => runMigration(some, stop);
  const command = (wanted: MigrationCommand): Promise<Migration> => commandMigration(commanding, id, wanted, WHO);
  const migration = async (): Promise<Migration> => {
    const found = migrationsOf(await journal.events()).find((some) => some.id === id);
    if (found === undefined) throw new Error('no migration');
    return found;
  };
  const standing = async () =>
    (await editions.list()).map(({ number, state, ranges, records }) => ({ number, state, ranges, records }));
  const read = async (partition: number, below: Offset): Promise<readonly Offset[]> => {
    const offsets: Offset[] = [];
    const place = { stream: 'flights', partition };
    for await (const chunk of masterDataset.read(place, { from: 0, below }, ['flight.landed']))
      offsets.push(...chunk.map(({ offset }) => offset));
    return offsets;
  };
  return {
    ...{ clock, editions, masterDataset, journal, ports },
    append,
    request,
    run,
    command,
    migration,
    standing,
    read,
  };
}

type World = Awaited<ReturnType<typeof openWorld>>;

const BEFORE = { number: 1, state: 'current', ranges: 20, records: 80 };

async function mustBeSwitched({ migration, standing, read, ...world }: World): Promise<void> {
  expect(await migration()).toMatchObject({ phase: 'switched', verified: { records: 80 } });
  expect(await standing()).toEqual([
    { ...BEFORE, state: 'retired' },
    { number: 2, state: 'current', ranges: 6, records: 80 },
  ]);
  for (const { partition } of PARTITIONS)
    expect(await read(partition, RECORDS)).toEqual(Array.from({ length: RECORDS }, (_, n) => n));
  await world.clock.wait(KEEP_MS);
  await world.run();
  expect(await migration()).toMatchObject({ phase: 'settled' });
  expect(await standing()).toEqual([{ number: 2, state: 'current', ranges: 6, records: 80 }]);
}

/** Ports of a process that dies at its `at`th call: before it happens, or after. Then nothing happens any more. */
function dying(ports: RunMigrationPorts, at: number, isBefore: boolean): RunMigrationPorts {
  let calls = 0;
  let isDead = false;
  const wrap = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, name): unknown => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          if (isDead) throw new Killed();
          calls += 1;
          isDead = calls === at;
          if (isDead && isBefore) throw new Killed();
          const result: unknown = await (method.apply(target, args) as unknown);
          if (isDead) throw new Killed();
          return result;
        };
      },
    });
  return { ...ports, journal: wrap(ports.journal), editions: wrap(ports.editions) };
}

describe('a migration of the archive', () => {
  it('makes an edition, compares it, switches, and removes the one before when its time is over', async () => {
    const world = await openWorld();
    await world.run();
    await mustBeSwitched(world);
  });

  it('brings over what was archived meanwhile', async () => {
    const world = await openWorld('by-hand');
    await world.run();
    expect(await world.migration()).toMatchObject({ phase: 'verified' });
    await world.append(0, 40, 44);
    await world.run();
    expect(await world.standing()).toMatchObject([{ state: 'current' }, { state: 'building' }]);
    await world.command({ kind: 'switch' });
    await world.run();
    expect(await world.migration()).toMatchObject({ phase: 'switched' });
    expect(await world.append(0, 44, 48)).toBe(true);
    expect(await world.read(0, 48)).toHaveLength(48);
  });

  it('that is killed before or after any call is carried on, and comes to the same', async () => {
    for (const isBefore of [true, false]) {
      for (let at = 1; ; at++) {
        const world = await openWorld();
        const killed = await world.run(dying(world.ports, at, isBefore)).then(
          () => false,
          (error: unknown) => {
            expect(error).toBeInstanceOf(Killed);
            return true;
          },
        );
        await world.run();
        await mustBeSwitched(world);
        if (!killed) {
          expect(at).toBeGreaterThan(20);
          break;
        }
      }
    }
  });

  it('that is cancelled, and killed before or after any call while it is cleaned up, leaves nothing', async () => {
    for (const isBefore of [true, false]) {
      for (let at = 1; ; at++) {
        const world = await openWorld('by-hand');
        await world.run();
        await world.command({ kind: 'cancel' });
        const killed = await world.run(dying(world.ports, at, isBefore)).then(
          () => false,
          () => true,
        );
        await world.run();
        expect(await world.migration()).toMatchObject({ phase: 'cleaned' });
        expect(await world.standing()).toEqual([BEFORE]);
        if (!killed) break;
      }
    }
  });

  it('that two builders run at once comes to the same', async () => {
    const world = await openWorld();
    await Promise.all([world.run(), world.run(), world.run()]);
    await mustBeSwitched(world);
  });

  it('stands still while it is paused, keeps to its pace, and goes on from there', async () => {
    const world = await openWorld();
    await world.command({ kind: 'pause' });
    await world.run();
    expect(await world.standing()).toEqual([BEFORE]);
    await world.command({ kind: 'resume' });
    await world.command({ kind: 'throttle', recordsPerSecond: 1 });
    const running = world.run();
    await world.clock.wait(20_000);
    await world.command({ kind: 'pause' });
    await running;
    const rewritten = (await world.editions.progress(2)).map(({ rewrittenTo }) => rewrittenTo);
    expect(rewritten).toEqual([32, 0]);
    await world.run();
    expect((await world.editions.progress(2)).map(({ rewrittenTo }) => rewrittenTo)).toEqual(rewritten);
    await world.command({ kind: 'resume' });
    await world.command({ kind: 'throttle', recordsPerSecond: null });
    await world.run();
    await mustBeSwitched(world);
  });

  const cancelled = [
    ['before it is begun', async () => undefined],
    [
      'while it is made',
      async ({ command, run, clock }: World) => {
        await command({ kind: 'throttle', recordsPerSecond: 1 });
        void run();
        await clock.wait(1_000);
      },
    ],
    ['when it is verified', ({ run }: World) => run()],
  ] as const;
  it.each(cancelled)('that is cancelled %s leaves nothing, and another can be asked for', async (_, until) => {
    const world = await openWorld('by-hand');
    await expect(world.request()).rejects.toMatchObject({ code: 'conflict' });
    await until(world);
    await world.command({ kind: 'cancel' });
    for (let rounds = 0; (await world.migration()).phase !== 'cleaned' && rounds < 10; rounds++) {
      await world.run();
      await world.clock.wait(1_000);
    }
    expect(await world.standing()).toEqual([BEFORE]);
    expect(await world.request()).toMatchObject({ edition: 3, before: 1, phase: 'rewriting' });
  });

  it('that finds a difference ends as failed, names the range and the column, and leaves what was', async () => {
    const world = await openWorld();
    const differing = {
      verify: async () => ({ from: 0, to: 16, eventType: 'flight.landed', column: 'd_delay' }),
    };
    const editions = new Proxy(world.editions, {
      get: (target, name): unknown => {
        const method: unknown = Reflect.get(name in differing ? differing : target, name);
        return typeof method === 'function' ? method.bind(target) : method;
      },
    });
    await world.run({ ...world.ports, editions });
    const failure = {
      code: 'conflict',
      message: expect.stringMatching(/flights\/0 \[0, 16\).*d_delay of flight.landed/),
    };
    expect(await world.migration()).toMatchObject({ phase: 'cleaned', failure });
    expect(await world.standing()).toEqual([BEFORE]);
  });

  it('waits where a store is away', async () => {
    const world = await openWorld();
    const away = async () => Promise.reject(new TwofoldError('store-unavailable', 'the disk is full'));
    const editions = Object.assign(Object.create(world.editions), { rewrite: away }) as typeof world.editions;
    await expect(world.run({ ...world.ports, editions })).rejects.toMatchObject({ code: 'store-unavailable' });
    await world.run();
    await mustBeSwitched(world);
  });

  it('is planned by what stands, and by how long earlier ones took; it tells how far it is', async () => {
    const world = await openWorld('by-hand');
    expect(await planMigration(world.ports, LAYOUT)).toMatchObject({
      ...{ before: { edition: 1, ranges: 20, records: 80 }, ranges: 7, estimatedMs: null },
    });
    const told = async () => (await describeMigration(world.ports, 'm1')).progress;
    expect(await told()).toMatchObject({ share: 0, remainingMs: null });
    await world.run();
    const ends = { rewrittenTo: RECORDS, verifiedTo: RECORDS, archivedTo: RECORDS };
    expect(await told()).toEqual({
      ...{ share: 1, remainingMs: null },
      partitions: PARTITIONS.map((partition) => ({ ...partition, ...ends })),
    });
    await world.command({ kind: 'cancel' });
    expect(await told()).toEqual({ partitions: [], share: null, remainingMs: null });
    expect((await planMigration(world.ports, LAYOUT)).estimatedMs).toBe(0);
    await expect(describeMigration(world.ports, 'm7')).rejects.toMatchObject({ code: 'not-found' });
  });
});
