/** Counts what was heard: a worker that sees another count than before looks at once instead of at its next poll. */
export class News {
  private count = 0;

  heard(): void {
    this.count += 1;
  }

  readonly soFar = (): number => this.count;
}
