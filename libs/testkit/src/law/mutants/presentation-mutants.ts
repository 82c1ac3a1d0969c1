import { TwofoldError, type PlannedMeasure, type Scalar, type Value } from '@twofold/core';
import type { LawSubject, WrongPieces } from '../law-subject.js';

/** Of what is made of the parts in the end. */
export const presentationMutants: WrongPieces = ({ present }) => {
  const presented = (
    wrong: (right: Value, measure: PlannedMeasure, parts: readonly Scalar[]) => Value,
  ): Partial<LawSubject> => ({
    present: (measure, parts) => wrong(present(measure, parts), measure, parts),
  });
  const ofKind = (kind: PlannedMeasure['present']['kind'], wrong: (value: number) => number): Partial<LawSubject> =>
    presented((value, measure) => (measure.present.kind === kind && value !== null ? wrong(Number(value)) : value));
  return {
    'an average over nothing is 0': presented((value, measure) =>
      measure.present.kind === 'ratio' ? (value ?? 0) : value,
    ),
    'an average is of numbers that were rounded before': {
      present: (measure, parts) => {
        const [sum, count] = measure.parts.map((index) => Number(parts[index] ?? 0));
        if (measure.present.kind !== 'ratio' || sum === undefined || !count) return present(measure, parts);
        return sum / 10 ** measure.present.scale / count;
      },
    },
    'a variance is that of a sample': {
      present: (measure, parts) => {
        const value = present(measure, parts);
        const n = Number(parts[measure.parts[2] ?? 0] ?? 0);
        return measure.present.kind === 'variance' && value !== null && n > 1 ? (Number(value) * n) / (n - 1) : value;
      },
    },
    'a variance is of doubles': {
      present: (measure, parts) => {
        const [sum = 0, squares = 0, n = 0] = measure.parts.map((index) => Number(parts[index] ?? 0));
        if (measure.present.kind !== 'variance' || n === 0) return present(measure, parts);
        return (squares / n - (sum / n) ** 2) / 100 ** measure.present.scale;
      },
    },
    'a standard deviation is a variance': ofKind('standard-deviation', (value) => value ** 2),
    'the scale of a decimal is forgotten': {
      present: (measure, parts) =>
        present(
          'scale' in measure.present ? { ...measure, present: { ...measure.present, scale: 0 } } : measure,
          parts,
        ),
    },
    'a set beyond its bound has the size of the bound': {
      present: (measure, parts) => {
        try {
          return present(measure, parts);
        } catch (error) {
          if (error instanceof TwofoldError && measure.present.kind === 'size') return measure.present.atMost;
          throw error;
        }
      },
    },
    'an estimate is ten times too high': ofKind('estimate', (value) => value * 10),
    'a quantile is the least value': {
      present: (measure, parts) =>
        present(
          measure.present.kind === 'quantile' ? { ...measure, present: { kind: 'quantile', rank: 0 } } : measure,
          parts,
        ),
    },
    'a histogram lacks its last bucket': presented((value) => (Array.isArray(value) ? value.slice(0, -1) : value)),
  };
};
