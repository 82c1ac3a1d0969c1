import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import {
  TwofoldError,
  liveViewOf,
  viewNamed,
  type Catalog,
  type LiveView,
  type ViewId,
  type ViewPlan,
} from '@twofold/core';
import type { Clock, StoredVersion, ViewVersions, ViewVersionState } from '@twofold/ports';

/** How often the versions are asked for when nothing is heard of them. */
const LOOK_EVERY_MS = 1_000;
/** Versions that nobody folds. */
const AT_REST: readonly ViewVersionState[] = ['candidate', 'removing'];

/** A version of a view that is folded, and what becomes of it. */
export type LiveVersion = LiveView & { readonly state: ViewVersionState };

/**
 * The versions of the catalog's views that live, as Postgres has them: those of other catalogs among them, which serve until another is
 * promoted, or are kept. While Postgres is away they are as they were.
 */
export class LiveViews implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(LiveViews.name);
  private readonly stopping = new AbortController();
  private readonly names: readonly string[];
  /** Why each version that lives and cannot be folded by this build cannot. */
  private refused = new Map<string, string>();
  private live: readonly LiveVersion[] = [];
  private stored: readonly StoredVersion[] = [];
  private looking: Promise<void> = Promise.resolve();
  private readonly listeners: (() => void)[] = [];

  private constructor(
    private readonly versions: Pick<ViewVersions, 'list' | 'serving'>,
    private readonly catalog: Catalog,
    private readonly clock: Pick<Clock, 'wait'>,
  ) {
    this.names = catalog.views.map(({ id }) => id.name);
  }

  /** The catalog is registered before. @throws TwofoldError `store-unavailable` */
  static async open(
    versions: Pick<ViewVersions, 'list' | 'serving'>,
    catalog: Catalog,
    clock: Pick<Clock, 'wait'>,
  ): Promise<LiveViews> {
    const views = new LiveViews(versions, catalog, clock);
    await views.look();
    return views;
  }

  onApplicationBootstrap(): void {
    this.looking = this.keepLooking();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.looking;
  }

  /** Those that are folded. */
  readonly all = (): readonly LiveVersion[] => this.live;

  /** Every version that is known, folded or not. */
  readonly known = (): readonly StoredVersion[] => this.stored;

  /** Those that serve, in the order of the catalog; for a name that nobody has registered yet, the catalog's. */
  servingPlans(): readonly ViewPlan[] {
    return this.catalog.views.map((declared) => {
      const serving = this.live.find(({ plan, state }) => plan.id.name === declared.id.name && state === 'serving');
      return serving?.plan ?? declared;
    });
  }

  /** For health: rejects while a version lives that this build cannot fold. */
  check(): Promise<void> {
    const [reason] = this.refused.values();
    return reason === undefined ? Promise.resolve() : Promise.reject(new Error(reason));
  }

  /** Calls whenever other versions live, or the same ones otherwise. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** A version that is folded. @throws TwofoldError `unknown-view`; `not-found`: it is not folded */
  version(name: string, version: string): LiveVersion {
    const { id } = viewNamed(this.catalog, name);
    const live = this.live.find(({ plan }) => isSame(plan.id, { name: id.name, version }));
    if (live !== undefined) return live;
    const folded = this.live.filter(({ plan }) => plan.id.name === name).map(({ plan }) => plan.id.version);
    throw new TwofoldError(
      'not-found',
      `no version ${JSON.stringify(version)} of ${name} is folded; those that are: ${folded.join(', ')}`,
    );
  }

  /** The one that answers are made from, as of now. @throws TwofoldError `unknown-view`, `store-unavailable` */
  async serving(name: string): Promise<LiveVersion> {
    const declared = viewNamed(this.catalog, name).id;
    const version = await this.versions.serving(name);
    if (version === null) throw notRegistered(declared);
    const find = (): LiveVersion | undefined =>
      this.live.find(({ plan }) => plan.id.name === name && plan.id.version === version);
    if (find() === undefined) await this.look();
    return find() ?? this.planned(name, version);
  }

  /** Looks at once. */
  async look(): Promise<void> {
    const before = nameOf(this.live);
    this.stored = await this.versions.list(this.names);
    const refused = new Map<string, string>();
    this.live = this.stored.flatMap((stored) => this.liveOf(stored, refused) ?? []);
    this.refused = refused;
    if (nameOf(this.live) !== before) for (const listener of this.listeners) listener();
  }

  /** null: nobody folds it, or this build cannot. */
  private liveOf(stored: StoredVersion, refused: Map<string, string>): LiveVersion | null {
    if (AT_REST.includes(stored.state)) return null;
    const known = this.live.find(({ plan }) => isSame(plan.id, stored.view));
    if (known !== undefined) return { ...known, state: stored.state };
    try {
      return { ...liveViewOf(stored, this.catalog), state: stored.state };
    } catch (error) {
      if (!(error instanceof TwofoldError)) throw error;
      if (!this.refused.has(stored.view.version)) this.logger.error(error.message);
      refused.set(stored.view.version, error.message);
      return null;
    }
  }

  /** @throws TwofoldError why this build cannot fold it */
  private planned(name: string, version: string): LiveVersion {
    const stored = this.stored.find(({ view }) => isSame(view, { name, version }));
    if (stored === undefined) throw notRegistered({ name, version });
    return { ...liveViewOf(stored, this.catalog), state: stored.state };
  }

  private async keepLooking(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.clock.wait(LOOK_EVERY_MS, this.stopping.signal);
      // who needs Postgres for more than this says that it is away
      await this.look().catch(() => undefined);
    }
  }
}

const nameOf = (live: readonly LiveVersion[]): string =>
  JSON.stringify(live.map(({ plan, state }) => [plan.id, state]));

const isSame = (a: ViewId, b: ViewId): boolean => a.name === b.name && a.version === b.version;

const notRegistered = ({ name }: ViewId): TwofoldError =>
  new TwofoldError(
    'store-unavailable',
    `view ${name} is not registered yet: no speed-view-builder or batch-view-builder of this version has started`,
  );
