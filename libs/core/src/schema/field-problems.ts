import type { EventType } from '../events/event-type.js';
import { leavesOf, type Leaf } from '../events/leaves.js';
import type { ExpressionNode } from '../views/expression.js';
import { namedOperandsOf } from '../views/operands.js';
import type { Aggregate, ViewDefinition } from '../views/view-definition.js';
import { tokenOf } from '../views/view-problem.js';
import type { ViewCause } from './compare-view.js';

/** Which fields of a view's definition are not those of the newest versions of its events, each place of them. */
export function fieldProblems(view: ViewDefinition, events: readonly EventType[]): readonly ViewCause[] {
  const newest = view.from.map(({ type }) => newestOf(type, events));
  const gone = view.from.flatMap(({ type }, index): readonly ViewCause[] =>
    newest[index] === undefined ? [problem(`there is no event ${type}`, `/from/${index}`, null)] : [],
  );
  if (gone.length > 0) return gone;
  const leaves = newest.flatMap((event) => (event === undefined ? [] : leavesOf(event)));
  const read = newest.map((event) => `${event?.type} version ${event?.version}`).join(' and ');
  return expressionsOf(view).flatMap(([pointer, node]) => problemsOf(node, pointer, leaves, read));
}

export const newestOf = (type: string, events: readonly EventType[]): EventType | undefined =>
  events
    .filter((event) => event.type === type)
    .sort((a, b) => a.version - b.version)
    .at(-1);

const problem = (reason: string, pointer: string, field: string | null): ViewCause => ({
  what: 'not-definable',
  pointer,
  field,
  reason,
});

type Placed = readonly [pointer: string, node: ExpressionNode];

const expressionsOf = ({ where, by, measures }: ViewDefinition): readonly Placed[] => [
  ...(where === null ? [] : [['/where', where] as const]),
  ...by.map(({ name, of }) => [`/by/${tokenOf(name)}`, of] as const),
  ...measures.flatMap(({ name, aggregate }) => expressionOf(aggregate, `/measures/${tokenOf(name)}`)),
];

function expressionOf(aggregate: Aggregate, pointer: string): readonly Placed[] {
  if (aggregate.kind === 'count') return [];
  return aggregate.kind === 'countWhere' ? [[`${pointer}/where`, aggregate.where]] : [[`${pointer}/of`, aggregate.of]];
}

function problemsOf(
  node: ExpressionNode,
  pointer: string,
  leaves: readonly Leaf[],
  read: string,
): readonly ViewCause[] {
  if (node.kind !== 'field')
    return namedOperandsOf(node).flatMap(([place, operand]) =>
      problemsOf(operand, `${pointer}/${place}`, leaves, read),
    );
  const types = [...new Set(leaves.filter(({ path }) => path === node.name).map(({ type }) => type))];
  if (types.length === 0) return [problem(`${read} has no field ${node.name}`, pointer, node.name)];
  if (types.every((type) => type === node.type)) return [];
  return [problem(`${node.name} was ${node.type}, is ${types.join(' and ')} in ${read}`, pointer, node.name)];
}
