/** Lets in what fits: the bytes that are under way never exceed the most that may be. */
export class ByteGate {
  private underWay = 0;

  constructor(private readonly mostBytes: number) {}

  /** Takes the bytes until `release` is called, once; null: they do not fit now. */
  enter(bytes: number): { release(): void } | null {
    if (this.underWay + bytes > this.mostBytes) return null;
    this.underWay += bytes;
    let inside = true;
    return {
      release: () => {
        if (inside) this.underWay -= bytes;
        inside = false;
      },
    };
  }
}
