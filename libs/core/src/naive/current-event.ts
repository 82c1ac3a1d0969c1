import type { Place } from '../algebra/part.js';
import { impossible } from '../errors/twofold-error.js';
import type { Value } from '../events/data-type.js';
import type { EventType } from '../events/event-type.js';
import { leavesOf } from '../events/leaves.js';
import { evaluate } from './evaluate.js';
import type { PlainEvent } from './plain-event.js';

/**
 * An event of any version of its type as views see it: brought up to the newest, version by version. `versions` are all, oldest
 * first; `values` those of the leaves of its own. @throws TwofoldError `overflow` in an upcast
 */
export function currentEvent(
  versions: readonly EventType[],
  version: number,
  values: readonly Value[],
  { timeMs, stream, partition, offset }: Place,
): PlainEvent {
  const own = versions.find((event) => event.version === version) ?? impossible(`version ${version}`);
  const data = Object.fromEntries(leavesOf(own).map(({ path }, index) => [path, values[index] ?? null]));
  const event: PlainEvent = { timeMs, stream, partition, offset, type: own.type, data };
  const newest = versions.filter((later) => later.version > version).reduce(broughtUpTo, event);
  return { ...newest, data: { ...newest.data } };
}

/** Of the version before, only what this one is made of is computed: what no later version has overflows nothing. */
function broughtUpTo(event: PlainEvent, { upcast, version }: EventType): PlainEvent {
  if (upcast === null) return impossible(`version ${version} without an upcast`);
  const data: Record<string, Value> = {};
  for (const [path, node] of Object.entries(upcast))
    Object.defineProperty(data, path, { enumerable: true, get: () => evaluate(node, event) });
  return { ...event, data };
}
