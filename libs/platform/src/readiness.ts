/** What a check found: null where all is well, else the reason for a person. */
export type Reason = string | null;

/** Longer than a server in health takes, shorter than a probe waits. */
const CHECK_TIMEOUT_MS = 2_000;

/**
 * What has to work for an app to be of use, and what has become of it. Adapters' checks register here; a check that
 * rejects, or takes longer than 2 s, is a reason not to be ready.
 */
export class Readiness {
  private readonly checks = new Map<string, () => Promise<unknown>>();
  private phase: 'starting' | 'serving' | 'stopping' = 'starting';

  /** The name is what a person knows the server by, such as `kafka`. */
  register(name: string, check: () => Promise<unknown>): void {
    this.checks.set(name, check);
  }

  serving(): void {
    if (this.phase === 'starting') this.phase = 'serving';
  }

  stopping(): void {
    this.phase = 'stopping';
  }

  get started(): boolean {
    return this.phase !== 'starting';
  }

  /** Runs every check; ready only where none has a reason. */
  async report(): Promise<{ readonly ready: boolean; readonly checks: Readonly<Record<string, Reason>> }> {
    const found = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await reasonOf(check)] as const),
    );
    if (this.phase !== 'serving') found.push(['app', `it is ${this.phase}`]);
    return { ready: found.every(([, reason]) => reason === null), checks: Object.fromEntries(found) };
  }
}

async function reasonOf(check: () => Promise<unknown>): Promise<Reason> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Reason>((resolve) => {
    timer = setTimeout(() => resolve(`it did not answer within ${CHECK_TIMEOUT_MS} ms`), CHECK_TIMEOUT_MS);
  });
  const told = Promise.resolve()
    .then(check)
    .then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  const reason = await Promise.race([told, late]);
  clearTimeout(timer);
  return reason;
}
