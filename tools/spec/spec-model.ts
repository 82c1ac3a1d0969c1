/** What TLC says first of a model: the name of what is violated, `temporal` for progress, null for nothing. */
export type Finding = string | null;

/** A module of docs/spec. */
export type SpecModel = {
  readonly module: 'Cut' | 'Judge';
  readonly modelValues: readonly string[];
  /** As TLA+ has them. */
  readonly base: Readonly<Record<string, string>>;
};

/** A mistake in what a module specifies, in the smallest world where it shows. */
export type SpecMutant = {
  readonly name: string;
  /** Those that differ from the model's base. */
  readonly constants: Readonly<Record<string, string>>;
  readonly invariants: readonly string[];
  readonly properties: readonly string[];
  readonly finds: Finding;
};
