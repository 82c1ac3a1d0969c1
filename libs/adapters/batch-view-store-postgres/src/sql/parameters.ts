import type { Scalar } from '@twofold/core';

/** A statement with its parameters apart: no value is ever part of the text. */
export type Statement = { readonly text: string; readonly values: readonly unknown[] };

/** Collects the parameters of a statement while its text is made. */
export class Parameters {
  readonly values: unknown[] = [];

  /** The text that stands for the value, typed. */
  bind(value: Scalar | readonly Scalar[], sqlType: string): string {
    this.values.push(value);
    return `$${this.values.length}::${sqlType}`;
  }
}
