import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  TwofoldError,
  count,
  daily,
  defineCatalog,
  defineEvent,
  defineView,
  impossible,
  int,
  noteFinding,
  planView,
  readControlEvent,
  type Difference,
  type Replay,
  type ReplayFinding,
  type ViewId,
} from '@twofold/core';
import { InMemoryEventLog, InMemoryMasterDataset, InMemoryReplayJournal } from '@twofold/in-memory';
import {
  type BuildStage,
  type ControlEvent,
  type StagedPartition,
  type StoredVersion,
  type ViewVersionState,
  type ViewVersions,
} from '@twofold/ports';
import { carryOnReplays } from './carry-on-replays.js';
import { MAX_STEERED_EVENTS, commandReplay } from './command-replay.js';
import { describeReplay } from './describe-replay.js';
import { MAX_REPLAYS_UNDER_WAY, requestReplay, type ReplayRequest } from './request-replay.js';

const landed = defineEvent({ type: 'flight.landed', stream: 'flights', data: { delay: int() } });
const flightsOf = (description: string) =>
  defineView({
    ...{ name: 'all-flights', description, from: landed, window: daily() },
    by: () => ({}),
    measures: () => (description === 'old' ? { flights: count() } : { flights: count(), [description]: count() }),
  });
const [OLD, NEW, NEWER] = ['old', 'new', 'newer'].map((name) => planView(flightsOf(name), [landed])) as [P, P, P];
type P = ReturnType<typeof planView>;
const catalog = defineCatalog({ events: [landed], views: [flightsOf('new')] });

const KEEP_MS = 1_000;
const ANN = { by: 'ann', note: null };
const DIFFERENCE: Difference = {
  ...{ comparedRows: 9, onlyBefore: 0, onlyAfter: 1, changedRows: 2 },
  ...{ measures: {}, measuresOnlyBefore: [], measuresOnlyAfter: [], samples: [] },
};

/** What {@link ViewVersions} says, of one name. */
class Versions implements ViewVersions {
  readonly known = new Map<string, StoredVersion>();

  add({ id, definition }: P, state: ViewVersionState): void {
    const [founding, keptUntilMs] = [null, null];
    this.known.set(id.version, { view: id, state, definition, events: [landed], founding, keptUntilMs });
  }
  stateOf = ({ id }: P): ViewVersionState | undefined => this.known.get(id.version)?.state;

  async list() {
    return [...this.known.values()];
  }
  async serving() {
    return [...this.known.values()].find(({ state }) => state === 'serving')?.view.version ?? null;
  }
  async found({ version }: ViewId) {
    return this.change(version, ['candidate'], 'founded');
  }
  async promote({ version }: ViewId, before: string, keptUntilMs: number) {
    const [next, last] = [this.known.get(version)?.state, this.known.get(before)?.state];
    if (next === 'serving') return last === 'retired';
    if (last !== 'serving' || !this.change(version, ['founded', 'retired'], 'serving')) return false;
    return this.change(before, ['serving'], 'retired', keptUntilMs);
  }
  async remove({ version }: ViewId) {
    return this.change(version, ['founded', 'retired', 'removing'], 'removing');
  }
  async forget({ version }: ViewId) {
    this.change(version, ['removing'], 'candidate');
  }
  private change(version: string, from: readonly ViewVersionState[], to: ViewVersionState, keptUntilMs?: number) {
    const standing = this.known.get(version);
    if (standing === undefined || !from.includes(standing.state)) return false;
    this.known.set(version, { ...standing, state: to, keptUntilMs: keptUntilMs ?? null });
    return true;
  }
}

/** A world of one view, whose old version serves. */
function newWorld() {
  const told: ControlEvent[] = [];
  const staged: { partitions: readonly StagedPartition[] | null } = { partitions: null };
  const world = { now: 1_000, logIsAway: false };
  let ids = 0;
  const versions = new Versions();
  versions.add(OLD, 'serving');
  versions.add(NEW, 'candidate');
  const ports = {
    ...{ catalog, versions, journal: new InMemoryReplayJournal(), defaultEngine: 'duckdb' },
    ...{ log: new InMemoryEventLog(), archive: new InMemoryMasterDataset() },
    stage: { progress: async () => staged.partitions } satisfies Pick<BuildStage, 'progress'>,
    clock: { now: () => world.now },
    newId: () => `id-${++ids}`,
    control: {
      publish: async (event: ControlEvent) => {
        if (world.logIsAway) throw new TwofoldError('log-unavailable', 'the log is away');
        told.push(event);
      },
    },
  };
  return { ports, versions, told, staged, world };
}

let { ports, versions, told, staged, world } = newWorld();
beforeEach(async () => {
  ({ ports, versions, told, staged, world } = newWorld());
  await ports.log.ensureStream('flights', 2);
});

const wanted = { view: 'all-flights', version: null, engine: 'duckdb', windows: null, partitions: null };
const begin = (request: Partial<ReplayRequest> = {}): Promise<Replay> =>
  requestReplay(ports, { ...wanted, eventsPerSecond: null, promoteWithin: null, ...request }, ANN);
const get = async (id: string) => (await ports.journal.get(id)) ?? impossible(`${id} is gone`);
const phaseOf = async ({ id }: Replay) => (await get(id)).replay.phase;
const command = ({ id }: Replay, kind: 'pause' | 'resume' | 'cancel'): Promise<Replay> =>
  commandReplay(ports, id, { kind }, ANN);
const move = ({ id }: Replay, kind: 'promote' | 'rollback'): Promise<Replay> =>
  commandReplay(ports, id, { kind, keepMs: KEEP_MS }, ANN);
/** As a builder does. */
async function find({ id }: Replay, ...findings: readonly ReplayFinding[]): Promise<void> {
  for (const finding of findings) {
    const { replay, length } = await get(id);
    if (finding.kind === 'founded') await ports.versions.found(replay.view);
    await ports.journal.append(id, length, noteFinding(replay, finding, world.now));
  }
}
const FOUNDED: ReplayFinding = { kind: 'founded', cut: { flights: [10, 30] }, generationBefore: 7 };
const BUILT: ReplayFinding = { kind: 'built', rowCount: 3, events: 40, busyMs: 20 };
const COMPARED: ReplayFinding = { kind: 'compared', difference: DIFFERENCE, keepMs: KEEP_MS };
/** A replay that waits for somebody's decision. */
async function compared(request: Partial<ReplayRequest> = {}): Promise<Replay> {
  const replay = await begin(request);
  await find(replay, FOUNDED, BUILT, COMPARED);
  return replay;
}
async function promoted(): Promise<Replay> {
  const replay = await compared();
  await move(replay, 'promote');
  await carryOnReplays(ports);
  return replay;
}
const appendTo = (partition: number, records: number) =>
  ports.log.appendTo(
    { stream: 'flights', partition },
    Array.from({ length: records }, () => ({ key: null, value: null, headers: [] })),
  );
describe('a request for a replay', () => {
  it('stands in the journal, with who asked and why, and is announced', async () => {
    const replay = await begin({ eventsPerSecond: 500, promoteWithin: { rows: 1, share: 0.1 } });
    expect(await get(replay.id)).toEqual({ replay, length: 1 });
    expect(replay).toMatchObject({
      ...{ view: NEW.id, before: OLD.id.version, engine: 'duckdb', phase: 'queued', requestedBy: 'ann' },
      ...{ eventsPerSecond: 500, promoteWithin: { rows: 1, share: 0.1 }, requestedAtMs: 1_000 },
    });
    expect(told.map((event) => readControlEvent(event))).toMatchObject([
      { type: 'replay.changed', subject: replay.id, data: { replayId: replay.id } },
    ]);
  });

  it('is refused as its plan is, and then nothing is written', async () => {
    await expect(begin({ version: OLD.id.version })).rejects.toMatchObject({ code: 'conflict' });
    await appendTo(0, 10);
    ports.log.removeBelow({ stream: 'flights', partition: 0 }, 6);
    await expect(begin()).rejects.toMatchObject({
      ...{ code: 'history-truncated', message: expect.stringContaining('flights/0 [0, 6)') },
    });
    expect([await ports.journal.list(9, null), told]).toEqual([[], []]);
  });

  it('is taken while the log cannot be told', async () => {
    world.logIsAway = true;
    expect(await phaseOf(await begin())).toBe('queued');
  });

  it('is refused where too many are under way; those that are done are not', async () => {
    const unfinished = async () => Array.from({ length: MAX_REPLAYS_UNDER_WAY }, () => ({ ...replay, view: NEWER.id }));
    const replay = { phase: 'running', before: '' } as Replay;
    const journal = Object.assign(new InMemoryReplayJournal(), { unfinished });
    const ask = () =>
      requestReplay({ ...ports, journal }, { ...wanted, eventsPerSecond: null, promoteWithin: null }, ANN);
    await expect(ask()).rejects.toMatchObject({ code: 'overloaded' });
    Object.assign(replay, { phase: 'promoted' });
    expect(await ask()).toMatchObject({ phase: 'queued' });
  });
});

describe('a command', () => {
  it('is written down with who gave it and why, and announced; again it changes nothing', async () => {
    const replay = await begin();
    const why = { by: 'bob', note: 'the load' };
    expect(await commandReplay(ports, replay.id, { kind: 'pause' }, why)).toMatchObject({ isPaused: true });
    expect(await commandReplay(ports, replay.id, { kind: 'pause' }, ANN)).toMatchObject({ isPaused: true });
    const events = await ports.journal.events(replay.id, 1, 9);
    expect(events).toMatchObject([{ type: 'replay.paused', atMs: 1_000, ...why }]);
    expect(told).toHaveLength(2);
  });

  it('is refused of a replay that is not there, and in a phase that has no place for it', async () => {
    await expect(command({ id: 'lost' } as Replay, 'pause')).rejects.toMatchObject({ code: 'not-found' });
    const replay = await begin();
    await expect(move(replay, 'promote')).rejects.toMatchObject({ code: 'conflict' });
    await expect(move(replay, 'rollback')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('that meets a change of the replay looks again', async () => {
    const replay = await begin();
    const slow = Object.assign(Object.create(ports.journal) as InMemoryReplayJournal, {
      get: async (id: string) => {
        const found = await ports.journal.get(id);
        if (found?.length === 1) await find(replay, FOUNDED);
        return found;
      },
    });
    await commandReplay({ ...ports, journal: slow }, replay.id, { kind: 'pause' }, ANN);
    expect((await get(replay.id)).replay).toMatchObject({ phase: 'running', isPaused: true });
  });

  it('gives up where the replay changes every time', async () => {
    const { id } = await begin();
    const lost = Object.assign(Object.create(ports.journal) as InMemoryReplayJournal, { append: async () => false });
    const paused = commandReplay({ ...ports, journal: lost }, id, { kind: 'pause' }, ANN);
    await expect(paused).rejects.toMatchObject({ code: 'conflict' });
  });

  it('steers a replay a bounded number of times, and cancels it all the same', async () => {
    const replay = await begin();
    for (let length = 1; length < MAX_STEERED_EVENTS; length++) await command(replay, length % 2 ? 'pause' : 'resume');
    await expect(command(replay, 'resume')).rejects.toMatchObject({ code: 'overloaded' });
    expect(await command(replay, 'cancel')).toMatchObject({ phase: 'cancelled' });
  });

  it('to promote is refused where another version serves by now, or the one to be promoted is gone', async () => {
    const replay = await compared();
    versions.add(NEW, 'removing');
    await expect(move(replay, 'promote')).rejects.toMatchObject({ message: expect.stringContaining('removing') });
    versions.add(NEW, 'founded');
    versions.add(OLD, 'retired');
    versions.add(NEWER, 'serving');
    const reason = expect.stringContaining(`version ${NEWER.id.version} of all-flights serves now`);
    await expect(move(replay, 'promote')).rejects.toMatchObject({ code: 'conflict', message: reason });
    expect(await phaseOf(replay)).toBe('compared');
  });

  it('to roll back is refused where the version before is no longer kept', async () => {
    const replay = await promoted();
    world.now += KEEP_MS;
    await carryOnReplays(ports);
    await expect(move(replay, 'rollback')).rejects.toMatchObject({
      ...{ code: 'conflict', message: expect.stringContaining('it is removing') },
    });
  });
});

describe('what was decided', () => {
  it('is done: promoted, rolled back, promoted again, and the other version is removed when its time is over', async () => {
    const replay = await compared();
    expect(await move(replay, 'promote')).toMatchObject({ phase: 'promoting' });
    await carryOnReplays(ports);
    expect([await phaseOf(replay), versions.stateOf(NEW), versions.stateOf(OLD)]).toEqual([
      'promoted',
      'serving',
      'retired',
    ]);

    world.now += KEEP_MS - 1;
    await move(replay, 'rollback');
    await carryOnReplays(ports);
    expect([await phaseOf(replay), versions.stateOf(NEW), versions.stateOf(OLD)]).toEqual([
      'rolled-back',
      'retired',
      'serving',
    ]);
    await move(replay, 'promote');
    await carryOnReplays(ports);

    world.now += KEEP_MS - 1;
    await carryOnReplays(ports);
    expect(versions.stateOf(OLD)).toBe('retired');
    world.now += 1;
    await carryOnReplays(ports);
    await carryOnReplays(ports);
    expect([await phaseOf(replay), versions.stateOf(OLD)]).toEqual(['promoted', 'removing']);
    await versions.forget(OLD.id);
    expect(await carryOnReplays(ports)).toMatchObject([{ id: replay.id }]);
    expect(await phaseOf(replay)).toBe('settled');
    expect(await carryOnReplays(ports)).toEqual([]);
  });

  it('is given up where it cannot be done, with the reason, and the phase before stands again', async () => {
    const replay = await compared();
    await move(replay, 'promote');
    versions.add(OLD, 'retired');
    versions.add(NEWER, 'serving');
    await carryOnReplays(ports);
    const refusal = `version ${NEWER.id.version} of all-flights serves now, not ${OLD.id.version}`;
    expect((await get(replay.id)).replay).toMatchObject({ phase: 'compared', refusal });
  });

  it('is done again where somebody slow undoes it late', async () => {
    const replay = await promoted();
    await move(replay, 'rollback');
    await carryOnReplays(ports);
    // the first promotion, once more
    await versions.promote(NEW.id, OLD.id.version, 0);
    expect(versions.stateOf(NEW)).toBe('serving');
    await carryOnReplays(ports);
    expect([await phaseOf(replay), versions.stateOf(OLD), versions.stateOf(NEW)]).toEqual([
      'rolled-back',
      'serving',
      'retired',
    ]);
  });

  it('is not said of a decision that came meanwhile', async () => {
    const replay = await compared();
    await move(replay, 'promote');
    const slow = Object.assign(Object.create(ports.journal) as InMemoryReplayJournal, {
      append: async (...written: Parameters<InMemoryReplayJournal['append']>) => {
        await carryOnReplays(ports);
        await move(replay, 'rollback');
        return ports.journal.append(...written);
      },
    });
    await carryOnReplays({ ...ports, journal: slow });
    expect(await phaseOf(replay)).toBe('rolling-back');
    await carryOnReplays(ports);
    expect([await phaseOf(replay), versions.stateOf(OLD)]).toEqual(['rolled-back', 'serving']);
  });

  it('of one replay does not wait for another that fails', async () => {
    const failing = await promoted();
    versions.add(NEWER, 'candidate');
    const second = await compared({ version: NEWER.id.version });
    await move(second, 'promote');
    const get = (id: string) =>
      id === failing.id ? Promise.reject(new TwofoldError('store-unavailable', 'away')) : ports.journal.get(id);
    const journal = Object.assign(Object.create(ports.journal) as InMemoryReplayJournal, { get });
    await expect(carryOnReplays({ ...ports, journal })).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(await phaseOf(second)).toBe('promoted');
  });

  class Killed extends Error {}
  /** A process that is killed at its n-th call of a port: before the call is made, or after, when its answer is not heard. */
  function mortal(n: number, moment: 'before' | 'after') {
    let calls = 0;
    const dying = <T extends object>(port: T): T =>
      new Proxy(port, {
        get:
          (target, name) =>
          async (...given: unknown[]) => {
            calls += 1;
            if (calls > n || (calls === n && moment === 'before')) throw new Killed();
            const result: unknown = await Reflect.apply(Reflect.get(target, name) as () => unknown, target, given);
            if (calls === n) throw new Killed();
            return result;
          },
      });
    const { journal, versions, control } = ports;
    const process = { ...ports, journal: dying(journal), versions: dying(versions), control: dying(control) };
    return { process, isDead: () => calls >= n };
  }
  /** Rounds until all is over, with a builder who cleans up. Whoever is killed is started again. */
  async function toTheEnd(replay: Replay, { process, isDead }: ReturnType<typeof mortal>): Promise<readonly unknown[]> {
    for (let rounds = 0; rounds < 6; rounds++) {
      await carryOnReplays(isDead() ? ports : process).catch((error: unknown) => expect(error).toBeInstanceOf(Killed));
      for (const plan of [OLD, NEW]) await versions.forget(plan.id);
      world.now += KEEP_MS / 2;
    }
    return [await phaseOf(replay), versions.stateOf(NEW), versions.stateOf(OLD)];
  }

  it.each([
    ['promote', 'before', ['settled', 'serving', 'candidate']],
    ['promote', 'after', ['settled', 'serving', 'candidate']],
    ['rollback', 'before', ['settled', 'candidate', 'serving']],
    ['rollback', 'after', ['settled', 'candidate', 'serving']],
  ] as const)('to %s comes to its end, %s whichever call the process is killed', async (kind, moment, end) => {
    let kills = 0;
    for (let wasKilled = true; wasKilled; kills++) {
      ({ ports, versions, told, staged, world } = newWorld());
      await ports.log.ensureStream('flights', 2);
      const replay = kind === 'promote' ? await compared() : await promoted();
      await move(replay, kind);
      const death = mortal(kills + 1, moment);
      expect([kills, ...(await toTheEnd(replay, death))]).toEqual([kills, ...end]);
      wasKilled = death.isDead();
    }
    expect(kills).toBeGreaterThan(15);
  });
});

describe('a replay, described', () => {
  const at = (partition: number, done: number, to: number, busyMs: number): StagedPartition => ({
    ...{ stream: 'flights', partition, from: 0, done, to, busyMs },
  });
  const progressOf = async ({ id }: Replay) => (await describeReplay(ports, id)).progress;

  it('has no progress before it has a cut, and nothing done before it has a stage', async () => {
    const replay = await begin();
    const nothing = { partitions: [], share: null, eventsPerSecond: null, remainingMs: null };
    expect(await describeReplay(ports, replay.id)).toEqual({ replay, progress: nothing });
    await find(replay, FOUNDED);
    expect(await progressOf(replay)).toMatchObject({
      ...{ share: 0, eventsPerSecond: null, remainingMs: null },
      partitions: [
        { partition: 0, from: 0, done: 0, to: 10 },
        { partition: 1, from: 0, done: 0, to: 30 },
      ],
    });
  });

  it('tells how far each partition is, how fast it goes, and how long it takes', async () => {
    const replay = await begin();
    await find(replay, FOUNDED);
    staged.partitions = [at(0, 5, 10, 60), at(1, 5, 30, 40)];
    expect(await progressOf(replay)).toEqual({
      partitions: [
        { stream: 'flights', partition: 0, from: 0, done: 5, to: 10 },
        { stream: 'flights', partition: 1, from: 0, done: 5, to: 30 },
      ],
      ...{ share: 0.25, eventsPerSecond: 100, remainingMs: 300 },
    });
    await commandReplay(ports, replay.id, { kind: 'throttle', eventsPerSecond: 10 }, ANN);
    expect(await progressOf(replay)).toMatchObject({ eventsPerSecond: 100, remainingMs: 3_000 });
    await command(replay, 'pause');
    expect(await progressOf(replay)).toMatchObject({ share: 0.25, remainingMs: null });
  });

  it('is done when it is built, and nothing any more when it is given up', async () => {
    const replay = await begin();
    await find(replay, FOUNDED, BUILT);
    staged.partitions = [at(0, 10, 10, 60)];
    expect(await progressOf(replay)).toMatchObject({ share: 1, eventsPerSecond: 2_000, remainingMs: null });
    await command(replay, 'cancel');
    expect(await progressOf(replay)).toMatchObject({ partitions: [], share: null });
  });

  it('of no events is done at once', async () => {
    const replay = await begin();
    await find(replay, { ...FOUNDED, cut: { flights: [0, 0] } });
    expect(await progressOf(replay)).toMatchObject({ share: 1 });
  });

  it('that nobody asked for is refused', async () => {
    await expect(describeReplay(ports, 'lost')).rejects.toMatchObject({ code: 'not-found' });
  });
});
