import type { EventType, ViewPlan } from '@twofold/core';

/** The catalog's events; of types that the plan reads, the versions that it was planned over, where the catalog has brought them further. */
export function eventsFor({ sources }: ViewPlan, events: readonly EventType[]): readonly EventType[] {
  const own = sources.flatMap(({ versions }) => versions);
  const types = new Set(own.map(({ type }) => type));
  return [...own, ...events.filter(({ type }) => !types.has(type))];
}
