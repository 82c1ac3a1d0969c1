type Step = { readonly atMs: number; readonly sequence: number; readonly run: () => void };

/** How a run ended: as it was to, with nothing left to do, or by its bound. */
export type RunOutcome = 'over' | 'nothing-left' | 'too-many-steps';

/** Few enough that hardly any are left over at the end of a run. */
const TURNS_OF_ROUND = 50;

/**
 * Virtual time: steps in order of when they are due, those of one moment in the order they were asked for. A step runs alone,
 * and the next one only when all that it woke waits again. So a run depends on nothing but its steps.
 */
export class Scheduler {
  nowMs = 0;
  steps = 0;
  private sequence = 0;
  /** A binary heap. */
  private readonly due: Step[] = [];

  after(delayMs: number, run: () => void): void {
    const step = { atMs: this.nowMs + delayMs, sequence: this.sequence++, run };
    let index = this.due.push(step) - 1;
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      const above = this.due[parent];
      if (above === undefined || isBefore(above, step)) break;
      this.due[index] = above;
      index = parent;
    }
    this.due[index] = step;
  }

  /** Takes steps until it is over. Rejects with what a step throws. */
  run(isOver: () => boolean, maxSteps: number): Promise<RunOutcome> {
    return new Promise((resolve, reject) => {
      let hasEnded = false;
      const turn = (): void => {
        if (hasEnded) return;
        try {
          const outcome = isOver() ? 'over' : this.steps >= maxSteps ? 'too-many-steps' : this.step();
          if (outcome === null) return;
          hasEnded = true;
          resolve(outcome);
        } catch (error) {
          hasEnded = true;
          reject(error as Error);
        }
      };
      // Between two of them every promise that can go on does so; a round of the event loop for each would be dear.
      const round = (): void => {
        for (let turns = 0; turns < TURNS_OF_ROUND; turns++) setImmediate(turn);
        if (!hasEnded) setImmediate(round);
      };
      round();
    });
  }

  private step(): RunOutcome | null {
    const step = this.next();
    if (step === undefined) return 'nothing-left';
    this.nowMs = step.atMs;
    this.steps += 1;
    step.run();
    return null;
  }

  private next(): Step | undefined {
    const [first] = this.due;
    const last = this.due.pop();
    if (first === undefined || last === undefined || this.due.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = this.due[2 * index + 1];
      const right = this.due[2 * index + 2];
      const child = right !== undefined && left !== undefined && isBefore(right, left) ? 2 * index + 2 : 2 * index + 1;
      const below = this.due[child];
      if (below === undefined || isBefore(last, below)) break;
      this.due[index] = below;
      index = child;
    }
    this.due[index] = last;
    return first;
  }
}

const isBefore = (a: Step, b: Step): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
