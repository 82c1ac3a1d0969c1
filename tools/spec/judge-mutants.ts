import type { SpecModel, SpecMutant } from './spec-model.ts';

/** The verdicts of docs/spec/Judge.tla. */
export const JUDGE: SpecModel = {
  module: 'Judge',
  modelValues: ['a', 'none', 'i1', 'v1', 'v2'],
  base: {
    N: '3',
    Keys: '{a}',
    NoKey: 'none',
    Ids: '{i1}',
    Contents: '{"event", "dead"}',
    Resolutions: '{"discard", "redrive"}',
    DeadLetters: '"hold"',
    WithinRecords: '0',
    HeldLimit: '2',
    MaxKept: '2',
    Views: '{v1}',
    Archiving: 'TRUE',
    Rewinding: 'TRUE',
    Bugs: '{}',
  },
};

const EVENTS_ALONE = { Contents: '{"event"}', Resolutions: '{}', DeadLetters: '"skip"' };

/** By default a mistake has its name as its only bug switch, and an answer is wrong. */
const mistake = (name: string, constants: SpecMutant['constants'] = {}, finds: string = 'AnswerExact'): SpecMutant => ({
  name,
  constants: { Bugs: `{"${name}"}`, ...constants },
  invariants: [finds],
  properties: [],
  finds,
});

export const JUDGE_MUTANTS: readonly SpecMutant[] = [
  mistake('IndexForgotten', { ...EVENTS_ALONE, WithinRecords: '1' }),
  mistake('WindowTooShort', { WithinRecords: '2', DeadLetters: '"skip"' }),
  mistake('IndexNotRewound', { ...EVENTS_ALONE, WithinRecords: '2' }),
  mistake('PassAhead', { ...EVENTS_ALONE, WithinRecords: '2', Views: '{v1, v2}' }),
  mistake('QueueNotRewound', { WithinRecords: '1' }),
  mistake('StateNotCaughtUp'),
  mistake('HeldForgotten'),
  mistake('LedgerNow'),
  mistake('LedgerApart'),
  mistake('OwnOffset', {}, 'ArchiveExact'),
  mistake('RedriveTwice'),
  mistake('Overtakes'),
  mistake('RedriveOvertakes', { N: '4' }),
  mistake('ReleasePast'),
  mistake('RedriveForgotten', { WithinRecords: '1' }),
  mistake('RedriveRemembered', { WithinRecords: '1' }),
  mistake('OverflowRemembered', { N: '4', WithinRecords: '2', HeldLimit: '0' }),
  mistake('TypeAdded', { Contents: '{"event", "unknown-type"}' }, 'EventsExact'),
  mistake('TypeRemoved', {}, 'EventsExact'),
  // no mistake: that it is reached at all
  mistake('events count in another order than that of their offsets', { Bugs: '{}' }, 'InOrderOfOffsets'),
];
