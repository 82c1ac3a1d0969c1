import { TwofoldError, impossible } from '../errors/twofold-error.js';
import { checkExpression } from '../views/check-expression.js';
import type { ExpressionNode } from '../views/expression.js';
import { field, literal } from '../views/nodes.js';
import { longestText } from '../views/text-bounds.js';
import type { Fields, ListField, ScalarField } from './data-type.js';
import { leavesOf, type Leaf } from './leaves.js';

type Refuse = (message: string, pointer: string) => never;

/** How each new leaf is made of the old ones, by path. `given` is nested as the fields are. */
export function upcastOf(
  old: readonly Leaf[],
  leaves: readonly Leaf[],
  given: object,
  refuse: Refuse,
): Readonly<Record<string, ExpressionNode>> {
  const expressions = new Map(flattened(given, ''));
  for (const path of expressions.keys())
    if (!leaves.some((leaf) => leaf.path === path)) refuse(`there is no field ${path}`, pointerOf(path));
  return Object.fromEntries(
    leaves.map((leaf) => [leaf.path, checked(expressions.get(leaf.path), leaf, old, refuse)] as const),
  );
}

function checked(given: ExpressionNode | undefined, leaf: Leaf, old: readonly Leaf[], refuse: Refuse): ExpressionNode {
  const place = pointerOf(leaf.path);
  const node =
    given ?? carriedOver(leaf, old) ?? refuse(`${leaf.path} is given by nothing in the version before`, place);
  checkExpression(node, old, refuse, place);
  if (node.type !== leaf.type) refuse(`${leaf.path} is of type ${leaf.type}, this is ${node.type}`, place);
  if (node.nullable && !leaf.nullable) refuse(`${leaf.path} is never null, this may be`, place);
  const problem = fits(node, leaf.field, old);
  if (problem !== null) refuse(`${leaf.path} ${problem}`, place);
  return node;
}

function carriedOver({ path, type, nullable }: Leaf, old: readonly Leaf[]): ExpressionNode | null {
  const before = old.find((leaf) => leaf.path === path);
  if (before !== undefined) return field(path, before.type, before.nullable);
  return nullable ? literal(null, type) : null;
}

/** What of a leaf's declaration its type does not say: lengths, values of an enum. null: the expression keeps to it. */
function fits(node: ExpressionNode, to: ScalarField | ListField, old: readonly Leaf[]): string | null {
  if (to.kind === 'string') {
    const longest = longestText(node, old);
    return longest <= to.maxLength ? null : `has at most ${to.maxLength} characters, this up to ${longest}`;
  }
  if (to.kind === 'enum') {
    const texts = textsOf(node, old);
    if (texts === null) return 'is one of its values only: give it literals, or cases of them';
    const other = texts.find((text) => !to.values.includes(text));
    return other === undefined ? null : `has no value ${JSON.stringify(other)}`;
  }
  if (to.kind === 'list') {
    const from = node.kind === 'field' ? old.find(({ path }) => path === node.name)?.field : undefined;
    if (node.kind === 'literal' && node.value === null) return null;
    if (from?.kind !== 'list') return 'is a list: only one of the version before can be carried over';
    if (from.maxItems > to.maxItems) return `has at most ${to.maxItems} items, this up to ${from.maxItems}`;
    return fits(literalLike(from.of), to.of, [{ path: '', type: from.of.type, nullable: false, field: from.of }]);
  }
  return null;
}

/** The items of a list as a field of their own. */
const literalLike = ({ type }: ScalarField): ExpressionNode => field('', type, false);

/** The texts that an expression can have, where they are finitely many by its form. */
function textsOf(node: ExpressionNode, old: readonly Leaf[]): readonly string[] | null {
  const all = (nodes: readonly ExpressionNode[]): readonly string[] | null => {
    const texts = nodes.map((each) => textsOf(each, old));
    return texts.some((some) => some === null) ? null : texts.flatMap((some) => some ?? []);
  };
  switch (node.kind) {
    case 'literal':
      return node.value === null ? [] : [String(node.value)];
    case 'field': {
      const from = old.find(({ path }) => path === node.name)?.field;
      return from?.kind === 'enum' ? from.values : null;
    }
    case 'coalesce':
      return all(node.operands);
    case 'case':
      return all([...node.branches.map(({ then }) => then), node.otherwise]);
    default:
      return null;
  }
}

function flattened(given: object, prefix: string): readonly (readonly [string, ExpressionNode])[] {
  return Object.entries(given).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined) return [];
    if (typeof value !== 'object' || value === null)
      throw new TwofoldError(
        'invalid-event-definition',
        `${prefix}${name} is no expression: see constant()`,
        pointerOf(`${prefix}${name}`),
      );
    const isNode = 'kind' in value && typeof value.kind === 'string';
    return isNode ? [[`${prefix}${name}`, value as ExpressionNode] as const] : flattened(value, `${prefix}${name}.`);
  });
}

const pointerOf = (path: string): string =>
  `/upcast/${path.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('.', '/')}`;

/** What of a version of a type an upcast through it looks at. */
type VersionFields = {
  readonly type: string;
  readonly version: number;
  readonly fields: Fields;
  readonly upcast: Readonly<Record<string, ExpressionNode>> | null;
};

/** Each leaf of the newest version, as an expression over the leaves of an older one. `versions` are all, oldest first, connected. */
export function upcastFrom(versions: readonly VersionFields[], version: number): readonly ExpressionNode[] {
  const newest = versions.at(-1) ?? impossible('a type without versions');
  const start = versions.find((event) => event.version === version) ?? impossible(`version ${version}`);
  let known = new Map(leavesOf(start).map(({ path, type, nullable }) => [path, field(path, type, nullable)]));
  for (const event of versions) {
    if (event.version <= version) continue;
    const upcast = event.upcast ?? impossible(`${event.type} version ${event.version} without an upcast`);
    known = new Map(Object.entries(upcast).map(([path, node]) => [path, substituted(node, known)] as const));
  }
  return leavesOf(newest).map(({ path }) => known.get(path) ?? impossible(`no upcast of ${path}`));
}

/** The expression with other expressions in place of fields. */
export function substituted(node: ExpressionNode, fields: ReadonlyMap<string, ExpressionNode>): ExpressionNode {
  const within = (operand: ExpressionNode): ExpressionNode => substituted(operand, fields);
  switch (node.kind) {
    case 'field':
      return fields.get(node.name) ?? impossible(`a field ${node.name} of an upcast`);
    case 'event-time':
    case 'event-type':
    case 'literal':
      return node;
    case 'compare':
      return { ...node, left: within(node.left), right: within(node.right) };
    case 'arithmetic':
      return { ...node, left: within(node.left), right: within(node.right) };
    case 'and':
    case 'or':
      return { ...node, operands: node.operands.map(within) };
    case 'coalesce':
      return { ...node, operands: node.operands.map(within) };
    case 'call':
      return { ...node, operands: node.operands.map(within) };
    case 'not':
      return { ...node, operand: within(node.operand) };
    case 'is-null':
      return { ...node, operand: within(node.operand) };
    case 'case':
      return {
        ...node,
        branches: node.branches.map(({ when, then }) => ({ when: within(when), then: within(then) })),
        otherwise: within(node.otherwise),
      };
  }
}
