import { createHash } from 'node:crypto';
import { canonicalJson } from '../events/canonical-json.js';
import type { Fields } from '../events/data-type.js';
import type { EventType } from '../events/event-type.js';
import { canonicalTimeZone, zoneDigest } from '../time/zone-offsets.js';
import type { ExpressionNode } from './expression.js';
import type { FunctionName } from './functions.js';
import { operandsOf } from './operands.js';
import type { Aggregate, ProjectionDefinition, ViewDefinition } from './view-definition.js';
import type { Source } from './view-plan.js';

/** Changed when the same definition comes to mean something else (a mended fold, say): all views are then new versions. */
const SEMANTICS = 2;
/** Hex digits: 64 bits, for at most thousands of versions. */
const LENGTH = 16;

/** An event that is read: the fields of its newest version, and how older ones are brought up. */
export type EventMeaning = {
  readonly type: string;
  readonly version: number;
  readonly stream: string;
  readonly fields: Fields;
  readonly upcasts: readonly Pick<EventType, 'version' | 'upcast'>[];
};

/** All that the rows of a view follow from. Descriptions are not among it. */
export type ViewMeaning = {
  readonly semantics: number;
  readonly name: string;
  readonly from: readonly EventMeaning[];
  readonly where: ViewDefinition['where'];
  readonly by: ViewDefinition['by'];
  readonly window: ViewDefinition['window'];
  readonly measures: ViewDefinition['measures'];
  /** A digest of its offset changes for each time zone that any of these names. */
  readonly clocks: Readonly<Record<string, string>>;
};

export function meaningOf(
  view: ViewDefinition,
  sources: readonly Source[],
  digestOf: (timeZone: string) => string = zoneDigest,
): ViewMeaning {
  return {
    semantics: SEMANTICS,
    name: view.name,
    from: sources.map(meaningOfSource),
    where: view.where,
    by: view.by,
    window: view.window,
    measures: view.measures,
    clocks: clocksOf(
      view.window.unit === 'all' ? [] : [view.window.timeZone],
      [...expressionsOf(view), ...upcastsOf(sources)],
      digestOf,
    ),
  };
}

/** The version of a projection: a hash of what its states and measures follow from, its functions' text among it. */
export function fingerprintOfProjection(
  { name, version, measures, source }: ProjectionDefinition,
  sources: readonly Source[],
): string {
  const from = sources.map(meaningOfSource);
  const clocks = clocksOf([], upcastsOf(sources), zoneDigest);
  return hashOf({ semantics: SEMANTICS, kind: 'projection', name, version, from, measures, source, clocks });
}

/** The version of a view: a hash of its meaning. */
export const fingerprintOf = (
  view: ViewDefinition,
  sources: readonly Source[],
  digestOf: (timeZone: string) => string = zoneDigest,
): string => hashOfMeaning(meaningOf(view, sources, digestOf));

export const hashOfMeaning = (meaning: ViewMeaning): string => hashOf(meaning);

const hashOf = (meaning: object): string =>
  createHash('sha256').update(canonicalJson(meaning)).digest('hex').slice(0, LENGTH);

const meaningOfSource = ({ event, versions }: Source): EventMeaning => ({
  type: event.type,
  version: event.version,
  stream: event.stream,
  fields: event.fields,
  upcasts: versions.map(({ version, upcast }) => ({ version, upcast })),
});

/** A digest of the offset changes of each of these zones, and of each that the expressions name. */
function clocksOf(
  named: readonly string[],
  nodes: readonly ExpressionNode[],
  digestOf: (timeZone: string) => string,
): Readonly<Record<string, string>> {
  const zones = new Set<string>(named);
  for (const node of nodes) addZonesOf(node, zones);
  const withRules = [...zones].filter((zone) => canonicalTimeZone(zone) !== 'UTC');
  return Object.fromEntries(withRules.map((zone) => [zone, digestOf(zone)]));
}

const expressionsOf = (view: ViewDefinition): readonly ExpressionNode[] => [
  ...(view.where === null ? [] : [view.where]),
  ...view.by.map(({ of }) => of),
  ...view.measures.flatMap(({ aggregate }) => nodeOf(aggregate)),
];

const upcastsOf = (sources: readonly Source[]): readonly ExpressionNode[] =>
  sources.flatMap(({ versions }) => versions.flatMap(({ upcast }) => Object.values(upcast ?? {})));

const nodeOf = (aggregate: Aggregate): readonly ExpressionNode[] =>
  aggregate.kind === 'count' ? [] : [aggregate.kind === 'countWhere' ? aggregate.where : aggregate.of];

/** Which operand names a zone. */
const ZONE_OPERAND: Partial<Record<FunctionName, number>> = { datePart: 2, truncate: 2, dateOf: 1 };

function addZonesOf(node: ExpressionNode, zones: Set<string>): void {
  if (node.kind === 'call') {
    const zone = node.operands[ZONE_OPERAND[node.name] ?? -1];
    if (zone?.kind === 'literal' && typeof zone.value === 'string') zones.add(zone.value);
  }
  for (const operand of operandsOf(node)) addZonesOf(operand, zones);
}
