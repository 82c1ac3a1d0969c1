import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  count,
  daily,
  defineEvent,
  defineView,
  int,
  planView,
  replayEvent,
  type ReplayEvent,
  type ViewPlan,
} from '@twofold/core';
import { InMemoryEventLog, InMemoryMasterDataset, InMemoryReplayJournal } from '@twofold/in-memory';
import { NO_CHANGES, type ArchiveFile, type StoredVersion, type ViewVersionState } from '@twofold/ports';
import { planReplay, type PlanReplayPorts, type WantedReplay } from './plan-replay.js';

const landed = defineEvent({ type: 'flight.landed', stream: 'flights', data: { delay: int() } });
const flightsBy = (measure: string): ViewPlan =>
  planView(
    defineView({
      ...{ name: 'all-flights', from: landed, window: daily(), by: () => ({}) },
      measures: () => ({ [measure]: count() }),
    }),
    [landed],
  );
const [OLD, NEW] = [flightsBy('old'), flightsBy('new')];
const VIEW = NEW.id.name;

let log: InMemoryEventLog;
let archive: InMemoryMasterDataset;
let journal: InMemoryReplayJournal;
let states: Map<ViewPlan, ViewVersionState>;
let ports: PlanReplayPorts;
beforeEach(async () => {
  log = new InMemoryEventLog();
  archive = new InMemoryMasterDataset();
  journal = new InMemoryReplayJournal();
  states = new Map([
    [OLD, 'serving'],
    [NEW, 'candidate'],
  ]);
  const list = async (): Promise<readonly StoredVersion[]> =>
    [...states].map(([{ id: view, definition }, state]) => ({
      ...{ view, state, definition, events: [landed], founding: null, keptUntilMs: null },
    }));
  const catalog = { views: [NEW], events: [landed], projections: [] };
  ports = { catalog, versions: { list }, journal, log, archive, defaultEngine: 'duckdb' };
  await log.ensureStream('flights', 2);
});

const wanted = { view: VIEW, version: null, engine: 'duckdb', windows: null, partitions: null };
const appendTo = (partition: number, records: number) =>
  log.appendTo(
    { stream: 'flights', partition },
    Array.from({ length: records }, () => ({ key: null, value: null, headers: [] })),
  );
const archiveOf = (partition: number, from: number, to: number) =>
  archive.append({ stream: 'flights', partition }, from, to, [], [landed], NO_CHANGES);

let requests = 0;
const about = () => ({ by: 'ann', atMs: (requests += 1), note: null });
/** A replay of the journal, and what came of it; resolves with its id. */
async function replayOf(view: string, engine: string, ...more: readonly ReplayEvent[]): Promise<string> {
  const replayId = `r${requests}`;
  const of = { replayId, view, version: NEW.id.version, before: OLD.id.version, windows: null, engine };
  const requested = replayEvent('replay.requested', { ...of, eventsPerSecond: null, promoteWithin: null }, about());
  await journal.append(replayId, 0, [requested, ...more]);
  return replayId;
}
const built = (events: number, busyMs: number) => replayEvent('replay.built', { rowCount: 1, events, busyMs }, about());
const cleaned = () => [replayEvent('replay.cancelled', {}, about()), replayEvent('replay.cleaned', {}, about())];

describe('the plan of a replay', () => {
  it('says what would be gone through, and where it stands', async () => {
    await appendTo(0, 10);
    await appendTo(1, 30);
    await archiveOf(1, 0, 25);
    log.removeBelow({ stream: 'flights', partition: 1 }, 20);
    expect(await planReplay(ports, wanted)).toEqual({
      ...{ view: VIEW, version: NEW.id.version, before: OLD.id.version, engine: 'duckdb', windows: null },
      partitions: [
        { stream: 'flights', partition: 0, from: 0, to: 10, archivedTo: 0, logStart: 0 },
        { stream: 'flights', partition: 1, from: 0, to: 30, archivedTo: 25, logStart: 20 },
      ],
      ...{ events: 40, files: 0, bytes: 0, estimatedMs: null },
    });
  });

  it('counts the files of the events that the view reads, and their bytes where all of them are known', async () => {
    await appendTo(0, 10);
    const file = (sizeBytes: number | null, eventType: string): ArchiveFile => ({
      ...{ partition: { stream: 'flights', partition: 0 }, from: 0, to: 10, rowCount: 1, location: '/a/file' },
      ...{ eventType, eventVersion: 1, sizeBytes, times: null },
    });
    const files = [file(300, 'flight.landed'), file(50, 'flight.landed'), file(7, 'flight.cancelled')];
    const filesBelow = async (_: unknown, type: string | null) => files.filter(({ eventType }) => eventType === type);
    const planned = () => planReplay({ ...ports, archive: { archivedTo: async () => 10, filesBelow } }, wanted);
    expect(await planned()).toMatchObject({ files: 2, bytes: 350 });
    files.push(file(null, 'flight.landed'));
    expect(await planned()).toMatchObject({ files: 3, bytes: null });
  });

  it('takes as long as the newest replays of its engine did, of its own view if there are any', async () => {
    await appendTo(0, 100);
    const estimate = async (): Promise<number | null> => (await planReplay(ports, wanted)).estimatedMs;
    await replayOf(VIEW, 'fold', built(10, 1_000), ...cleaned());
    expect(await estimate()).toBeNull();
    await replayOf('others', 'duckdb', built(10, 10), ...cleaned());
    expect(await estimate()).toBe(100);
    await replayOf(VIEW, 'duckdb', built(10, 500), ...cleaned());
    expect(await estimate()).toBe(5_000);
    for (let newer = 0; newer < 5; newer++) await replayOf(VIEW, 'duckdb', built(10, 20), ...cleaned());
    expect(await estimate()).toBe(200);
  });

  it('refuses history that is nowhere any more, and names every range of it', async () => {
    await appendTo(0, 10);
    await appendTo(1, 30);
    await archiveOf(0, 0, 4);
    log.removeBelow({ stream: 'flights', partition: 0 }, 6);
    log.removeBelow({ stream: 'flights', partition: 1 }, 30);
    await expect(planReplay(ports, wanted)).rejects.toMatchObject({
      code: 'history-truncated',
      message: expect.stringContaining('flights/0 [4, 6), flights/1 [0, 30)'),
    });
    await archiveOf(0, 4, 6);
    await archiveOf(1, 0, 30);
    expect(await planReplay(ports, wanted)).toMatchObject({ events: 40 });
  });

  it.each([
    ['unknown-view', { view: 'nothing' }, VIEW],
    ['not-found', { version: 'lost' }, `${OLD.id.version}, ${NEW.id.version}`],
    ['conflict', { version: OLD.id.version }, 'rebuild it'],
  ])('refuses with %s what is asked of %p, and says what there is', async (code, change, said) => {
    const refusal = { code, message: expect.stringContaining(said) };
    await expect(planReplay(ports, { ...wanted, ...change })).rejects.toMatchObject(refusal);
  });

  it.each(['founded', 'retired', 'removing'] as const)('refuses a version that is %s', async (state) => {
    states.set(NEW, state);
    const refusal = { code: 'conflict', message: expect.stringContaining(state) };
    await expect(planReplay(ports, wanted)).rejects.toMatchObject(refusal);
  });

  it('refuses a version that another replay builds, or compares with, until that has ended', async () => {
    const id = await replayOf(VIEW, 'duckdb');
    const refusal = { code: 'conflict', message: expect.stringContaining(id) };
    await expect(planReplay(ports, wanted)).rejects.toMatchObject(refusal);
    states.set(NEW, 'serving').set(OLD, 'candidate');
    await expect(planReplay(ports, { ...wanted, version: OLD.id.version })).rejects.toMatchObject(refusal);
    await journal.append(id, 1, cleaned());
    expect(await planReplay(ports, { ...wanted, version: OLD.id.version })).toMatchObject({ before: NEW.id.version });
  });

  it('of some windows is of the version that serves, which it repairs', async () => {
    await appendTo(0, 10);
    const windows = { from: '2001-03-01', to: '2001-03-03' };
    expect(await planReplay(ports, { ...wanted, windows })).toMatchObject({
      ...{ version: OLD.id.version, before: OLD.id.version, events: 10 },
      windows: { fromMs: Date.UTC(2001, 2, 1), toMs: Date.UTC(2001, 2, 3) },
    });
    expect((await planReplay(ports, { ...wanted, windows, version: OLD.id.version })).version).toBe(OLD.id.version);
  });

  it('that could not be exact is refused', async () => {
    const windows = { from: '2001-03-01', to: '2001-03-03' };
    const refused: readonly [Partial<WantedReplay>, string, string][] = [
      [{ windows, version: NEW.id.version }, 'conflict', '/windows'],
      [{ windows: { ...windows, to: '2001-03-02T12:00:00Z' } }, 'invalid-range', '/windows/to'],
      [{ partitions: [0] }, 'conflict', '/partitions'],
    ];
    for (const [of, code, pointer] of refused)
      await expect(planReplay(ports, { ...wanted, ...of })).rejects.toMatchObject({ code, pointer });
  });

  it('of windows that are being repaired already is refused', async () => {
    const requested = {
      ...{ replayId: 'repair', view: VIEW, version: OLD.id.version, before: OLD.id.version, engine: 'duckdb' },
      ...{ windows: null, eventsPerSecond: null, promoteWithin: null },
    };
    await journal.append('repair', 0, [replayEvent('replay.requested', requested, about())]);
    const windows = { from: '2001-03-01', to: '2001-03-03' };
    await expect(planReplay(ports, { ...wanted, windows })).rejects.toMatchObject({
      ...{ code: 'conflict', message: expect.stringContaining('replay repair') },
    });
  });
});
