/** The generations that answers named, while they were looked at. */
export class GenerationsSeen {
  private readonly numbers = new Set<number>();
  private readonly first = Promise.withResolvers<void>();
  private isOpen = true;

  add(generation: number): void {
    if (!this.isOpen || generation === 0) return;
    this.numbers.add(generation);
    this.first.resolve();
  }

  /** What comes from now on does not count. */
  close(): readonly number[] {
    this.isOpen = false;
    return [...this.numbers];
  }

  /** Resolves with the first generation, at the latest after so long, or when stopped. */
  async waitForFirst(atMostMs: number, stop: AbortSignal): Promise<void> {
    const giveUp = AbortSignal.any([AbortSignal.timeout(atMostMs), stop]);
    if (giveUp.aborted) return;
    await Promise.race([
      this.first.promise,
      new Promise((done) => giveUp.addEventListener('abort', done, { once: true })),
    ]);
  }
}
