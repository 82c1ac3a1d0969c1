import { TwofoldError } from '../errors/twofold-error.js';
import type { ViewDefinition } from './view-definition.js';
import type { ViewPlan } from './view-plan.js';

/** What a plan is of where that is a view. @throws TwofoldError `invalid-configuration`: it is a projection */
export function viewOf({ definition }: Pick<ViewPlan, 'definition'>): ViewDefinition {
  if (definition.kind === 'view') return definition;
  throw new TwofoldError(
    'invalid-configuration',
    `${definition.name} is a projection: only the batch engine fold computes it`,
  );
}
