/** What was found to be broken. */
export type ViolationKind =
  /** An answer is not the naive fold below its own offsets. */
  | 'answer'
  /** An answer is older than what was asked for, or than the one before without a cause. */
  | 'session'
  /** A speed record is not what its own epochs and offsets say. */
  | 'record'
  /** A boundary changed, lies below the one before, or inside a sealed epoch. */
  | 'boundary'
  /** A generation is not the naive fold below its cut. */
  | 'generation'
  /** The pointer went back, or does not name a generation; or a record begins above the published cut. */
  | 'pointer'
  /** An audit found that the layers have drifted. */
  | 'audit'
  /** The archive is not the log. */
  | 'archive'
  /** Faults have ended, and not everything came to be applied, archived and published. */
  | 'progress'
  /** A flow failed in a way that no fault accounts for. */
  | 'error';

export class Violation extends Error {
  override readonly name = 'Violation';

  constructor(
    readonly kind: ViolationKind,
    message: string,
  ) {
    super(message);
  }
}

export function hold(isTrue: boolean, kind: ViolationKind, broken: () => string): void {
  if (!isTrue) throw new Violation(kind, broken());
}
