import { TwofoldError } from '@twofold/core';
import type { Actor } from './actor.js';
import type { Profile } from './profile.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';
import type { Stores } from './stores.js';
import type { Trace } from './trace.js';

/** What becomes of a call. All of these are in the contracts of the ports: whoever calls must be ready for each. */
type Fate = 'happens' | 'refused' | 'answer-lost' | 'happens-later';

const QUICK_MS = { low: 0.05, high: 3 };
const SLOW_MS = { low: 20, high: 2_500 };
/** How often a call that was under way when its process died still arrives. */
const ARRIVES_AFTER_CRASH = 0.5;
/** How often nothing comes between an effect and its answer. */
const PROMPT = 0.4;

/** What of the stores comes in chunks. */
const IN_CHUNKS: ReadonlySet<string> = new Set(['batchViews.scan', 'batchViews.combined', 'masterDataset.read']);

/**
 * Between processes and stores: every call of a port is a step of the scheduler at which its effect happens, whole; the
 * answer arrives in a later step. In between anybody may go on, crash, or find the store away.
 */
export class Network {
  private readonly awayUntilMs = new Map<keyof Stores, number>();
  private isCalm = false;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly profile: Pick<Profile, 'flaky' | 'slow'>,
    private readonly trace: Trace | null,
  ) {}

  /** From now on every call happens, soon, and is answered. */
  calmDown(): void {
    this.isCalm = true;
    this.awayUntilMs.clear();
  }

  takeAway(store: keyof Stores, ms: number): void {
    this.awayUntilMs.set(store, this.scheduler.nowMs + ms);
  }

  delayMs(): number {
    const { low, high } = !this.isCalm && this.random.chance(this.profile.slow) ? SLOW_MS : QUICK_MS;
    return this.random.between(low, high);
  }

  /** The store as a process sees it: each method is a call over the network. What comes in chunks comes in one step. */
  link<T extends object>(actor: Actor, store: keyof Stores, target: T): T {
    const methods = new Map<string | symbol, unknown>();
    return new Proxy(target, {
      get: (_, name) => {
        const known = methods.get(name);
        if (known !== undefined) return known;
        const value = Reflect.get(target, name, target) as unknown;
        if (typeof value !== 'function') return value;
        const call = <R>(args: readonly unknown[], effect: (result: unknown) => Promise<R>): Promise<R> =>
          this.call(actor, store, String(name), args, () => effect(Reflect.apply(value, target, args)));
        const method = IN_CHUNKS.has(`${store}.${String(name)}`)
          ? async function* (...args: readonly unknown[]): AsyncGenerator<unknown> {
              yield* await call(args, (chunks) => allOf(chunks as AsyncIterable<unknown>));
            }
          : (...args: readonly unknown[]): Promise<unknown> => call(args, (result) => result as Promise<unknown>);
        methods.set(name, method);
        return method;
      },
    });
  }

  private call<R>(
    actor: Actor,
    store: keyof Stores,
    method: string,
    args: readonly unknown[],
    effect: () => Promise<R>,
  ): Promise<R> {
    const { scheduler, trace } = this;
    return new Promise((resolve, reject) => {
      const answer = (outcome: () => void): void => {
        if (this.random.chance(PROMPT)) actor.whenAwake(outcome);
        else scheduler.after(this.delayMs(), () => actor.whenAwake(outcome));
      };
      const happen = (isAnswered: boolean): void => {
        effect().then(
          (value) => {
            trace?.called(actor, store, method, args, value);
            if (isAnswered) answer(() => resolve(value));
          },
          (error: unknown) => {
            trace?.called(actor, store, method, args, error);
            if (isAnswered) answer(() => reject(error as Error));
          },
        );
      };
      scheduler.after(this.delayMs(), () => {
        if (actor.crashed && !this.random.chance(ARRIVES_AFTER_CRASH)) return;
        const fate = this.fateOf(store, method);
        if (fate !== 'happens') {
          trace?.failed(actor, store, method, fate);
          answer(() => reject(unavailable(store)));
        }
        if (fate === 'happens') happen(true);
        else if (fate === 'answer-lost') happen(false);
        else if (fate === 'happens-later') scheduler.after(this.delayMs() + this.delayMs(), () => happen(false));
      });
    });
  }

  private fateOf(store: keyof Stores, method: string): Fate {
    if (this.isCalm) return 'happens';
    if ((this.awayUntilMs.get(store) ?? 0) > this.scheduler.nowMs) return 'refused';
    if (!this.random.chance(this.profile.flaky)) return 'happens';
    if (store === 'log' && method === 'read') return 'refused';
    return this.random.pick(['refused', 'answer-lost', 'happens-later']);
  }
}

async function allOf<T>(chunks: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

const unavailable = (store: keyof Stores): TwofoldError =>
  new TwofoldError(store === 'log' ? 'log-unavailable' : 'store-unavailable', `${store} is away`);
