import type { Partition } from '@twofold/core';
import type { Clock } from '@twofold/ports';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

export type Role = 'worker' | 'archiver' | 'builder' | 'reader' | 'producer' | 'operator';

/** The clock that everybody looks at. It may jump; what waits does not notice. */
export type WallClock = { jumpedMs: number };

/** Any moment will do, as long as it is always the same one. */
const BEGIN_MS = 1_700_000_000_000;
/** A timer comes when it can. */
const LATE = { low: 1, high: 5 };
/** Between being told to stop and waking. */
const WAKE_MS = 0.01;

export const wallTime = (scheduler: Scheduler, wall: WallClock): number =>
  BEGIN_MS + Math.floor(scheduler.nowMs + wall.jumpedMs);

/** A process: it may crash, be paused and wake as a zombie, be told to stop, and its clock may be wrong. */
export class Actor {
  crashed = false;
  readonly clock: Clock;
  private pausedUntilMs = 0;
  private readonly stopping = new AbortController();
  private readonly sleepers = new Set<() => void>();

  constructor(
    readonly role: Role,
    readonly name: string,
    private readonly scheduler: Scheduler,
    wall: WallClock,
    random: Random,
    skewMs: number,
    /** Another one in its place. */
    readonly hireAgain: () => void,
    readonly partition: Partition | null,
  ) {
    this.clock = {
      now: () => wallTime(scheduler, wall) + skewMs,
      elapsed: () => scheduler.nowMs,
      wait: (ms) => this.sleep(ms * random.between(LATE.low, LATE.high)),
    };
  }

  get stop(): AbortSignal {
    return this.stopping.signal;
  }

  get isRunning(): boolean {
    return !this.crashed && !this.stop.aborted;
  }

  /** Its promises never go on; what it sent is on its way. */
  crash(): void {
    this.crashed = true;
  }

  pause(ms: number): void {
    this.pausedUntilMs = Math.max(this.pausedUntilMs, this.scheduler.nowMs + ms);
  }

  tellToStop(): void {
    this.stopping.abort();
    for (const wake of this.sleepers) this.scheduler.after(WAKE_MS, wake);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      let woken = false;
      const wake = (): void => {
        if (woken) return;
        woken = true;
        this.sleepers.delete(wake);
        this.whenAwake(resolve);
      };
      this.sleepers.add(wake);
      this.scheduler.after(this.stop.aborted ? WAKE_MS : ms, wake);
    });
  }

  /** Goes on now, after the pause, or never. */
  whenAwake(goOn: () => void): void {
    if (this.crashed) return;
    const pausedMs = this.pausedUntilMs - this.scheduler.nowMs;
    if (pausedMs > 0) this.scheduler.after(pausedMs, () => this.whenAwake(goOn));
    else goOn();
  }
}
