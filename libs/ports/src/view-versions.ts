import type { EventType, OffsetVector, ViewId, ViewPlan } from '@twofold/core';

/**
 * What becomes of a version of a view:
 * `candidate`: known, and nothing more. Nobody folds it.
 * `founded`: a replay builds it. It is folded from its founding cut on, and not served.
 * `serving`: answers are made from it. One of each name.
 * `retired`: it served. It is folded on, so that one step goes back to it, until `keptUntilMs`.
 * `removing`: nobody folds it any more, and what it left is being deleted. Then it is a candidate again.
 */
export type ViewVersionState = 'candidate' | 'founded' | 'serving' | 'retired' | 'removing';

/**
 * A version of a view as it was registered: enough to fold it without the catalog that declared it; of a projection all but its
 * functions.
 */
export type StoredVersion = {
  readonly view: ViewId;
  readonly state: ViewVersionState;
  readonly definition: ViewPlan['definition'];
  /**
   * All versions of the event types that it reads, as its catalog had them: planned of both, it is the version again. Of a version
   * that was registered before they were kept, none, until it registers again.
   */
  readonly events: readonly EventType[];
  /** Where its speed records begin before a generation is published; null: at the start of the log. */
  readonly founding: OffsetVector | null;
  /** Of a retired one: until when one step goes back to it. */
  readonly keptUntilMs: number | null;
};

/** The versions of views that live beside each other. Every method rejects with `store-unavailable`. */
export interface ViewVersions {
  /** All of these names, in order of name, then of registration. */
  list(names: readonly string[]): Promise<readonly StoredVersion[]>;
  /** The version that serves a name; null: the name was never registered. On the way of every answer. */
  serving(name: string): Promise<string | null>;
  /**
   * candidate → founded: cut 1 is asked for, with every boundary at `founding`, in one transaction. Founded there already: true as
   * well. false: it is in another state, founded elsewhere, or was never registered. `founding` covers every partition of every stream
   * that the view reads, and nothing else.
   */
  found(view: ViewId, founding: OffsetVector): Promise<boolean>;
  /**
   * `view` serves, and `before`, which served, is retired until `keptUntilMs`: in one transaction, so a name has one serving
   * version at every moment. Done already (`view` serves, `before` is retired): true as well, and `keptUntilMs` is as it was.
   * false: `before` does not serve, or `view` is neither founded nor retired, or has no published generation.
   */
  promote(view: ViewId, before: string, keptUntilMs: number): Promise<boolean>;
  /** founded | retired → removing. Removing already: true as well. false: another state. From then on `BatchViewStore.published` gives null. */
  remove(view: ViewId): Promise<boolean>;
  /**
   * removing → candidate: deletes the version's cuts, boundaries, generations with their tables, and audits, in one transaction. Any
   * other state: nothing happens. While a reader does not leave a table, `store-unavailable`, and all is as it was: try again.
   * Whoever calls it has deleted its speed records before.
   */
  forget(view: ViewId): Promise<void>;
}
