import {
  TwofoldError,
  streamNamed,
  type Catalog,
  type ErrorCode,
  type Offset,
  type OffsetVector,
  type Partition,
  type Position,
  type StreamDefinition,
} from '@twofold/core';
import { registerViews } from '@twofold/flows';
import {
  InMemoryBatchEngine,
  InMemoryBatchViewStore,
  InMemoryBoundaries,
  InMemoryBuildStage,
  InMemoryDeadLetters,
  InMemoryMasterDataset,
} from '@twofold/in-memory';
import { Actor, wallTime, type Role, type WallClock } from './actor.js';
import { StoresCheck } from './check-stores.js';
import { rewire, type Mistake, type MistakenWorld } from './mistake.js';
import { Network } from './network.js';
import type { Profile } from './profile.js';
import type { Random } from './random.js';
import { Reference } from './reference.js';
import { STREAM, catalogOf, plainSale } from './sales.js';
import type { Scheduler } from './scheduler.js';
import { OpenInMemorySpeedViews, type Stores } from './stores.js';
import { TailedLog } from './tailed-log.js';
import type { Trace } from './trace.js';
import { Violation } from './violation.js';

/** What faults may do to a call; everything else that a flow rejects with is a violation. */
const EXPECTED: readonly ErrorCode[] = [
  'store-unavailable',
  'log-unavailable',
  'offset-out-of-range',
  'window-truncated',
  'conflict',
  'position-not-reached',
];
const MAX_SKEW_MS = 90_000;

/** All of the platform over in-memory stores, in virtual time. */
export class World {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly wall: WallClock = { jumpedMs: 0 };
  readonly catalog: Catalog;
  readonly stream: StreamDefinition;
  readonly partitions: readonly Partition[];
  readonly reference: Reference;
  readonly stores: Stores;
  readonly check: StoresCheck;
  readonly actors: Actor[] = [];
  /** By worker: how many control messages it has heard. */
  readonly heard = new Map<Actor, number>();
  /** What builders want the archive to reach. */
  wanted: OffsetVector = {};
  /** What the log has confirmed to the producer. */
  acknowledged: Position | null = null;
  isProducing = true;
  /** Faults have ended. */
  isResting = false;
  violation: Violation | null = null;
  isOver = false;

  private constructor(
    readonly profile: Profile,
    readonly random: Random,
    readonly mistake: Mistake | null,
    readonly trace: Trace | null,
    scheduler: Scheduler,
  ) {
    this.scheduler = scheduler;
    this.network = new Network(scheduler, random, profile, trace);
    this.catalog = catalogOf(profile);
    this.stream = streamNamed(this.catalog.streams, STREAM);
    this.partitions = Array.from({ length: profile.partitions }, (_, partition) => ({ stream: STREAM, partition }));
    this.reference = new Reference(this.partitions, this.stream);
    this.stores = this.openStores();
    this.check = new StoresCheck(this.stores, this.reference, this.catalog.views);
  }

  static async open(
    profile: Profile,
    random: Random,
    mistake: Mistake | null,
    scheduler: Scheduler,
    trace: Trace | null,
  ): Promise<World> {
    const world = new World(profile, random, mistake, trace, scheduler);
    await registerViews(world.stores, world.catalog, profile.partitions);
    return world;
  }

  /** A new process, and the stores as it sees them. */
  enter(
    role: Role,
    hireAgain: () => void,
    partition: Partition | null = null,
  ): { readonly actor: Actor; readonly ports: Stores } {
    const skewMs = this.profile.skewed ? Math.floor(this.random.between(-MAX_SKEW_MS, MAX_SKEW_MS)) : 0;
    const name = `${role}-${this.actors.length}`;
    const actor = new Actor(role, name, this.scheduler, this.wall, this.random, skewMs, hireAgain, partition);
    this.actors.push(actor);
    const { log, speedViews, boundaries, batchViews, masterDataset, deadLetters, stage } = this.stores;
    const linked: Stores = {
      log: this.network.link(actor, 'log', log),
      speedViews: this.network.link(actor, 'speedViews', speedViews),
      boundaries: this.network.link(actor, 'boundaries', boundaries),
      batchViews: this.network.link(actor, 'batchViews', batchViews),
      masterDataset: this.network.link(actor, 'masterDataset', masterDataset),
      deadLetters: this.network.link(actor, 'deadLetters', deadLetters),
      stage: this.network.link(actor, 'stage', stage),
    };
    const rewiring = this.mistake?.inCalls?.(role);
    return { actor, ports: rewiring === undefined ? linked : rewire(linked, rewiring, this.mistakenWorld()) };
  }

  /** The engine reads the archive in the process that runs it. */
  engine(): InMemoryBatchEngine {
    return new InMemoryBatchEngine(this.stores.masterDataset);
  }

  /** Where the log ends, as the one who answers hears of it. */
  readonly heads = async (stream: string): Promise<readonly Offset[]> => (await this.stores.log.bounds(stream)).end;

  /** Lets a process live; what it rejects with is found. */
  live(body: () => Promise<void>): void {
    body().catch((error: unknown) => this.fail(error));
  }

  running(role: Role): readonly Actor[] {
    return this.actors.filter((actor) => actor.role === role && actor.isRunning);
  }

  /** An announcement: it reaches each worker once, often, or never. */
  announce(): void {
    for (const worker of this.running('worker')) {
      const times = this.random.pick(this.profile.deliveries);
      for (let time = 0; time < times; time++)
        this.scheduler.after(this.network.delayMs(), () => this.heard.set(worker, (this.heard.get(worker) ?? 0) + 1));
    }
  }

  /** Takes an error that a fault accounts for; any other ends the run. */
  tolerate(error: unknown): void {
    if (!(error instanceof TwofoldError && EXPECTED.includes(error.code))) this.fail(error);
  }

  fail(error: unknown): void {
    this.violation ??=
      error instanceof Violation
        ? error
        : new Violation('error', error instanceof Error ? `${error.stack}` : String(error));
    this.trace?.say(`VIOLATION of ${this.violation.kind}: ${this.violation.message}`);
    this.isOver = true;
  }

  private openStores(): Stores {
    const now = (): number => wallTime(this.scheduler, this.wall);
    const log = new TailedLog(
      { now },
      this.scheduler,
      this.random,
      (content, place, offset, atMs) => this.reference.append(place, plainSale(content, place, offset, atMs)),
      (place) => this.reference.leaveGap(place),
    );
    const stage = new InMemoryBuildStage();
    const batchViews = new InMemoryBatchViewStore(now, stage);
    const rewiring = this.mistake?.inStores ?? {};
    const rightBatchViews = rewiring.batchViews?.(batchViews, this.mistakenWorld()) ?? batchViews;
    const deadLetters = new InMemoryDeadLetters();
    const right = {
      log,
      speedViews: new OpenInMemorySpeedViews(),
      boundaries: new InMemoryBoundaries(rightBatchViews),
      batchViews,
      masterDataset: new InMemoryMasterDataset(deadLetters),
      deadLetters,
      stage,
    };
    return { ...rewire(right, rewiring, this.mistakenWorld()), batchViews: rightBatchViews };
  }

  private mistakenWorld(): MistakenWorld {
    const { scheduler, random, partitions } = this;
    const wait = (ms: number): Promise<void> =>
      new Promise((resolve) => scheduler.after(random.between(0, ms), resolve));
    return { wait, partitions, stores: () => this.stores };
  }
}
