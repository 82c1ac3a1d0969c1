import type { Clock } from '@twofold/ports';

/** A trouble younger than this is a reason not to be ready: who has it tries again every second or sooner. */
const RECENT_MS = 5_000;

/**
 * What lately went wrong in work that goes on by itself, by what it went wrong for (a partition, a view on it): for
 * readiness, and for a log that does not repeat itself. Holds one trouble for each such name, until it is old.
 */
export class RecentTroubles {
  private readonly byName = new Map<string, { readonly atMs: number; readonly message: string }>();

  constructor(
    private readonly clock: Pick<Clock, 'elapsed'>,
    /** Is told a trouble when it is new, says something else, or comes again after a pause. */
    private readonly tell: (line: string) => void,
  ) {}

  add(name: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.forgetOld();
    if (this.byName.get(name)?.message !== message) this.tell(`${name}: ${message}`);
    this.byName.set(name, { atMs: this.clock.elapsed(), message });
  }

  /** A check for {@link Readiness}. @throws Error that names every recent trouble */
  async check(): Promise<void> {
    this.forgetOld();
    if (this.byName.size === 0) return;
    throw new Error([...this.byName].map(([name, { message }]) => `${name}: ${message}`).join('; '));
  }

  private forgetOld(): void {
    const nowMs = this.clock.elapsed();
    for (const [name, { atMs }] of this.byName) if (nowMs - atMs >= RECENT_MS) this.byName.delete(name);
  }
}
