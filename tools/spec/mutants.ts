/** What TLC says first of a model: the name of what is violated, `temporal` for progress, null for nothing. */
export type Finding = string | null;

/** A mistake in the protocol of docs/spec/Cut.tla, in the smallest world where it shows. */
export type SpecMutant = {
  readonly name: string;
  /** Those that differ from {@link BASE}, as TLA+ has them. */
  readonly constants: Readonly<Record<string, string>>;
  readonly invariants: readonly string[];
  readonly properties: readonly string[];
  readonly finds: Finding;
};

export const BASE: Readonly<Record<string, string>> = {
  Partitions: '{1}',
  Full: '{1}',
  Workers: '{w1, w2}',
  Solo: 'w0',
  N: '2',
  NSmall: '1',
  K: '1',
  MaxFaults: '0',
  CommitCond: '{"offset", "start"}',
  WriteMode: '"touched"',
  Strict: 'FALSE',
  Growing: 'FALSE',
  Reading: 'TRUE',
  Sessions: 'FALSE',
  Fallback: 'TRUE',
  LiveWorker: 'w1',
  Bugs: '{}',
};

const SAFETY = [
  'AnswerExact',
  'AnyReaderExact',
  'RecordExact',
  'MemoryExact',
  'GenerationExact',
  'BoundaryMonotone',
  'OnlyOpenStraddles',
  'NoHole',
];

/** Some mistakes break progress and no answer; that they break no answer is asserted too. */
export const SPEC_MUTANTS: readonly SpecMutant[] = [
  {
    name: 'condition: none',
    constants: { N: '3', MaxFaults: '1', CommitCond: '{}' },
    invariants: ['AnswerExact'],
    properties: [],
    finds: 'AnswerExact',
  },
  {
    name: 'condition: offset',
    constants: { N: '3', MaxFaults: '1', CommitCond: '{"offset"}' },
    invariants: ['AnswerExact'],
    properties: [],
    finds: 'AnswerExact',
  },
  {
    name: 'condition: start',
    constants: { N: '3', MaxFaults: '1', CommitCond: '{"start"}' },
    invariants: ['AnswerExact'],
    properties: [],
    finds: 'AnswerExact',
  },
  {
    name: 'condition: offset, increments',
    constants: { N: '3', MaxFaults: '1', CommitCond: '{"offset"}', WriteMode: '"delta"', Reading: 'FALSE' },
    invariants: ['RecordExact', 'AnyReaderExact'],
    properties: [],
    finds: null,
  },
  {
    name: 'PublishEarly',
    constants: { Bugs: '{"PublishEarly"}' },
    invariants: ['AnswerExact'],
    properties: [],
    finds: 'AnswerExact',
  },
  {
    name: 'NoContiguity',
    constants: { Bugs: '{"NoContiguity"}' },
    invariants: ['AnswerExact'],
    properties: [],
    finds: 'AnswerExact',
  },
  {
    name: 'TornRead',
    constants: { Bugs: '{"TornRead"}' },
    invariants: ['AnswerExact'],
    properties: [],
    finds: 'AnswerExact',
  },
  {
    name: 'ResetKeepsRows',
    constants: { Bugs: '{"ResetKeepsRows"}' },
    invariants: ['AnswerExact'],
    properties: [],
    finds: 'AnswerExact',
  },
  {
    name: 'GCUnsealed',
    constants: { Bugs: '{"GCUnsealed"}' },
    invariants: ['AnswerExact'],
    properties: [],
    finds: 'AnswerExact',
  },
  { name: 'GCTooNew', constants: { Bugs: '{"GCTooNew"}' }, invariants: SAFETY, properties: [], finds: 'NoHole' },
  {
    name: 'GCTooNew: answers',
    constants: { Bugs: '{"GCTooNew"}' },
    invariants: ['AnswerExact'],
    properties: [],
    finds: null,
  },
  {
    name: 'Overwrite',
    constants: { Bugs: '{"Overwrite"}' },
    invariants: ['AnswerExact'],
    properties: [],
    finds: 'AnswerExact',
  },
  {
    name: 'Overwrite: boundary',
    constants: { Bugs: '{"Overwrite"}' },
    invariants: [],
    properties: ['BoundaryFixed'],
    finds: 'BoundaryFixed',
  },
  {
    name: 'SealFirst',
    constants: { K: '2', Bugs: '{"SealFirst"}' },
    invariants: SAFETY,
    properties: [],
    finds: 'OnlyOpenStraddles',
  },
  {
    name: 'SealFirst: answers',
    constants: { K: '2', Reading: 'FALSE', Bugs: '{"SealFirst"}' },
    invariants: ['AnyReaderExact'],
    properties: [],
    finds: null,
  },
  {
    name: 'SealFirst: liveness',
    constants: { Strict: 'TRUE', Growing: 'TRUE', Reading: 'FALSE', MaxFaults: '1', K: '2', Bugs: '{"SealFirst"}' },
    invariants: [],
    properties: ['Converges'],
    finds: 'temporal',
  },
  {
    name: 'SealFirst+NoReadBack+Overwrite',
    constants: { Bugs: '{"SealFirst", "NoReadBack", "Overwrite"}' },
    invariants: ['AnswerExact'],
    properties: [],
    finds: 'AnswerExact',
  },
  {
    name: 'ProposeAny',
    constants: { K: '2', Bugs: '{"ProposeAny"}' },
    invariants: SAFETY,
    properties: [],
    finds: 'BoundaryMonotone',
  },
  {
    name: 'ProposeAny: liveness',
    constants: { Strict: 'TRUE', Growing: 'TRUE', Reading: 'FALSE', MaxFaults: '1', K: '2', Bugs: '{"ProposeAny"}' },
    invariants: [],
    properties: ['Converges'],
    finds: 'temporal',
  },
  {
    name: 'BlindSwap: liveness',
    constants: { Strict: 'TRUE', Growing: 'TRUE', Reading: 'FALSE', MaxFaults: '1', K: '2', Bugs: '{"BlindSwap"}' },
    invariants: [],
    properties: ['Converges'],
    finds: 'temporal',
  },
  {
    name: 'StartAtCurrent',
    constants: { Bugs: '{"StartAtCurrent"}' },
    invariants: SAFETY,
    properties: [],
    finds: 'NoHole',
  },
  {
    name: 'StartAtCurrent+NoContiguity',
    constants: { Bugs: '{"StartAtCurrent", "NoContiguity"}' },
    invariants: ['AnswerExact'],
    properties: [],
    finds: 'AnswerExact',
  },
  {
    name: 'StartAtCurrent: liveness',
    constants: { Strict: 'TRUE', Growing: 'TRUE', Reading: 'FALSE', MaxFaults: '1', Bugs: '{"StartAtCurrent"}' },
    invariants: [],
    properties: ['Converges'],
    finds: 'temporal',
  },
  {
    name: 'NoProbe: liveness',
    constants: { Strict: 'TRUE', Growing: 'TRUE', Reading: 'FALSE', MaxFaults: '1', Bugs: '{"NoProbe"}' },
    invariants: [],
    properties: ['Converges'],
    finds: 'temporal',
  },
  {
    name: 'NoPoll: liveness',
    constants: { Strict: 'TRUE', Growing: 'TRUE', Reading: 'FALSE', MaxFaults: '1', Bugs: '{"NoPoll"}' },
    invariants: [],
    properties: ['Converges'],
    finds: 'temporal',
  },
  {
    name: 'FoldPast: answers',
    constants: { N: '3', Bugs: '{"FoldPast"}' },
    invariants: ['AnswerExact'],
    properties: [],
    finds: null,
  },
  {
    name: 'Rollback',
    constants: { K: '2', Bugs: '{"Rollback"}' },
    invariants: ['NoHole'],
    properties: [],
    finds: 'NoHole',
  },
  {
    name: 'Rollback: answers',
    constants: { K: '2', Bugs: '{"Rollback"}' },
    invariants: ['AnswerExact'],
    properties: [],
    finds: null,
  },
  {
    name: 'NoToken',
    constants: { Sessions: 'TRUE', MaxFaults: '1', Bugs: '{"NoToken"}' },
    invariants: ['AnswerExact'],
    properties: [],
    finds: 'AnswerExact',
  },
];
