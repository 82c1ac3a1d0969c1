import type { Partition } from '@twofold/core';
import type { Role } from './actor.js';
import type { Stores } from './stores.js';

/** What a mistake may look at besides the store that it stands in for. */
export type MistakenWorld = {
  /** Waits: a mistake shows where something else comes in between. At most `ms`. */
  readonly wait: (ms: number) => Promise<void>;
  readonly partitions: readonly Partition[];
  /** As they are, mistakes included. */
  readonly stores: () => Stores;
};

/** Wrong stores in place of right ones. */
export type Rewiring = {
  readonly [Name in keyof Stores]?: (right: Stores[Name], world: MistakenWorld) => Stores[Name];
};

/** One mistake in the protocol of docs/architecture.md, injected through the ports: the flows stay as they are. */
export type Mistake = {
  readonly name: string;
  /** The same mistake in tools/spec/{cut,judge}-mutants.ts. */
  readonly spec: readonly string[];
  /** In a store: what it does, it does in one step. */
  readonly inStores?: Rewiring;
  /** In how a process calls the stores: between two calls anything may happen. */
  readonly inCalls?: (role: Role) => Rewiring;
  /** In a reader who goes on from an answer without naming its position. */
  readonly forgetsToken?: true;
};

/** The store with some methods replaced. */
export const replacing = <T extends object>(right: T, wrong: Partial<T>): T =>
  new Proxy(right, {
    get: (_, name) => {
      if (Object.hasOwn(wrong, name)) return Reflect.get(wrong, name) as unknown;
      const value = Reflect.get(right, name, right) as unknown;
      return typeof value === 'function' ? (value.bind(right) as unknown) : value;
    },
  });

export function rewire(stores: Stores, rewiring: Rewiring, world: MistakenWorld): Stores {
  const { log, speedViews, boundaries, batchViews, masterDataset, deadLetters, stage } = stores;
  return {
    log: rewiring.log?.(log, world) ?? log,
    speedViews: rewiring.speedViews?.(speedViews, world) ?? speedViews,
    boundaries: rewiring.boundaries?.(boundaries, world) ?? boundaries,
    batchViews: rewiring.batchViews?.(batchViews, world) ?? batchViews,
    masterDataset: rewiring.masterDataset?.(masterDataset, world) ?? masterDataset,
    deadLetters: rewiring.deadLetters?.(deadLetters, world) ?? deadLetters,
    stage: rewiring.stage?.(stage, world) ?? stage,
  };
}
