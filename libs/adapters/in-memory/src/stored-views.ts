import {
  NOTHING_ASIDE,
  startOf,
  type EventType,
  type OffsetVector,
  type ViewId,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import type { Generation, ViewVersionState } from '@twofold/ports';

type StoredGeneration = {
  generation: Generation;
  /** By key; null once dropped. */
  rows: ReadonlyMap<string, ViewRow> | null;
  supersededAtMs: number | null;
};

/** A version as it stands. */
export type StoredView = {
  readonly id: ViewId;
  readonly definition: ViewPlan['definition'];
  readonly events: readonly EventType[];
  readonly partitionCounts: Readonly<Record<string, number>>;
  readonly generations: Map<number, StoredGeneration>;
  published: number;
  state: ViewVersionState;
  founding: OffsetVector | null;
  keptUntilMs: number | null;
};

/** The versions of views: what batch views, boundaries and versions in memory have in common. */
export class StoredViews {
  private readonly views = new Map<string, StoredView>();

  of(id: ViewId): StoredView | undefined {
    return this.views.get(nameOf(id));
  }

  /** In order of registration. */
  ofName(name: string): readonly StoredView[] {
    return [...this.views.values()].filter(({ id }) => id.name === name);
  }

  /** Whether cuts are asked for and generations are loaded: neither a candidate, nor being removed. */
  isFolded(id: ViewId): boolean {
    const { state } = this.of(id) ?? { state: 'candidate' };
    return state !== 'candidate' && state !== 'removing';
  }

  /** The first of its name serves. One that is registered stays as it is. */
  register({ id, definition, sources }: ViewPlan, partitionCounts: StoredView['partitionCounts']): void {
    if (this.of(id) !== undefined) return;
    const isServed = this.ofName(id.name).some(({ state }) => state === 'serving');
    this.views.set(nameOf(id), {
      ...{ id, definition, events: sources.flatMap(({ versions }) => versions), partitionCounts },
      ...{ generations: new Map(), published: 0, founding: null, keptUntilMs: null },
      state: isServed ? 'candidate' : 'serving',
    });
  }

  /** The version is as if it had just been registered, and another object: who still has the one before can tell. */
  forget(id: ViewId): void {
    const view = this.of(id);
    if (view === undefined) return;
    const asNew = { generations: new Map(), published: 0, founding: null, keptUntilMs: null };
    this.views.set(nameOf(id), { ...view, ...asNew, state: 'candidate' });
  }
}

/** Generation 0: at the start of the log, or at the founding cut. */
export const emptyGeneration = ({ id, partitionCounts, founding }: StoredView): Generation => ({
  view: id,
  number: 0,
  cut: founding ?? startOf(partitionCounts),
  rowCount: 0,
  ...NOTHING_ASIDE,
  appliedAtMs: null,
  publishedAtMs: null,
  madeBy: null,
});

const nameOf = ({ name, version }: ViewId): string => `${name}/${version}`;
