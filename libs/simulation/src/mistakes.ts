import type { Mistake } from './mistake.js';
import { BOUNDARY_MISTAKES } from './mistakes/boundary-mistakes.js';
import { DEAD_LETTER_MISTAKES } from './mistakes/dead-letter-mistakes.js';
import { DUPLICATE_MISTAKES } from './mistakes/duplicate-mistakes.js';
import { GENERATION_MISTAKES } from './mistakes/generation-mistakes.js';
import { PROJECTION_MISTAKES } from './mistakes/projection-mistakes.js';
import { READER_MISTAKES } from './mistakes/reader-mistakes.js';
import { ROLL_FORWARD_MISTAKES } from './mistakes/roll-forward-mistakes.js';
import { SPEED_VIEW_MISTAKES } from './mistakes/speed-view-mistakes.js';

export const MISTAKES: readonly Mistake[] = [
  ...SPEED_VIEW_MISTAKES,
  ...BOUNDARY_MISTAKES,
  ...GENERATION_MISTAKES,
  ...ROLL_FORWARD_MISTAKES,
  ...DUPLICATE_MISTAKES,
  ...DEAD_LETTER_MISTAKES,
  ...PROJECTION_MISTAKES,
  ...READER_MISTAKES,
];
