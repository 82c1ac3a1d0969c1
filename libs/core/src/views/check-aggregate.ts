import { scaleOf, type DataTypeName } from '../events/data-type.js';
import { parseInteger } from '../events/parse-decimal.js';
import type { Leaf } from '../events/leaves.js';
import { checkExpression } from './check-expression.js';
import type { ExpressionNode } from './expression.js';
import { isScalarType } from './nodes.js';
import type { Aggregate } from './view-definition.js';
import type { RefuseView } from './view-problem.js';

/** A set of texts of 200 characters is then some 2 MB, in one row. */
const MAX_DISTINCT = 10_000;
const MAX_BOUNDARIES = 100;

/** Whether an aggregate is of what it can be of. `pointer` is the measure's. */
export function checkAggregate(
  aggregate: Aggregate,
  leaves: readonly Leaf[],
  refuse: RefuseView,
  pointer: string,
): void {
  const checkOf = (of: ExpressionNode, what: string, takes: (type: DataTypeName) => boolean): void => {
    const place = `${pointer}/of`;
    checkExpression(of, leaves, refuse, place);
    if (!takes(of.type)) refuse(`${aggregate.kind} is of ${what}, this is ${of.type}`, place);
  };
  switch (aggregate.kind) {
    case 'count':
      return;
    case 'countWhere':
      checkExpression(aggregate.where, leaves, refuse, `${pointer}/where`);
      if (aggregate.where.type !== 'boolean')
        refuse(`a condition is boolean, this is ${aggregate.where.type}`, `${pointer}/where`);
      return;
    case 'sum':
    case 'average':
    case 'variance':
    case 'standardDeviation':
      return checkOf(aggregate.of, 'an int or a decimal (addition of doubles does not associate)', isExact);
    case 'min':
    case 'max':
    case 'first':
    case 'latest':
      return checkOf(aggregate.of, 'a single value', isScalarType);
    case 'distinct':
      if (!Number.isInteger(aggregate.atMost) || aggregate.atMost < 1 || aggregate.atMost > MAX_DISTINCT)
        refuse(`atMost is a whole number from 1 to ${MAX_DISTINCT}`, `${pointer}/atMost`);
      return checkOf(aggregate.of, 'a single value, and no double', isCountable);
    case 'approximateDistinct':
      return checkOf(aggregate.of, 'a single value, and no double', isCountable);
    case 'quantile':
      if (!(aggregate.rank >= 0 && aggregate.rank <= 1)) refuse('a rank is a number from 0 to 1', `${pointer}/rank`);
      return checkOf(aggregate.of, 'an int, a decimal, a timestamp or a date', isOrdinal);
    case 'histogram':
      checkOf(
        aggregate.of,
        'an int, a decimal, a double, a timestamp or a date',
        (type) => isOrdinal(type) || type === 'double',
      );
      return checkBoundaries(aggregate.boundaries, aggregate.of.type, refuse, `${pointer}/boundaries`);
    default:
      return refuse(`${JSON.stringify((aggregate satisfies never as Aggregate).kind)} is no aggregate`, pointer);
  }
}

const isExact = (type: DataTypeName): boolean => scaleOf(type) !== null;
const isOrdinal = (type: DataTypeName): boolean => isExact(type) || type === 'timestamp' || type === 'date';
const isCountable = (type: DataTypeName): boolean => isScalarType(type) && type !== 'double';

function checkBoundaries(
  boundaries: readonly (number | string)[],
  type: DataTypeName,
  refuse: RefuseView,
  pointer: string,
): void {
  if (!Array.isArray(boundaries) || boundaries.length < 1 || boundaries.length > MAX_BOUNDARIES)
    refuse(`a histogram has 1 to ${MAX_BOUNDARIES} boundaries`, pointer);
  const values = boundaries.map((boundary, index) => {
    const isWhole =
      typeof boundary === 'string' ? typeof parseInteger(boundary) === 'bigint' : Number.isSafeInteger(boundary);
    if (type === 'double' ? Number.isFinite(boundary) : isWhole)
      return typeof boundary === 'string' ? BigInt(boundary) : boundary;
    return refuse(`${String(boundary)} is not a literal of type ${type}`, `${pointer}/${index}`);
  });
  values.forEach((value, index) => {
    const before = values[index - 1];
    if (before !== undefined && !(before < value)) refuse('boundaries ascend', `${pointer}/${index}`);
  });
}
