import type { Value, ViewFold, ViewPlan, compileUpcast } from '@twofold/core';
import type { LoggedEvent } from '../generators/logs.js';

/** Folds a record into a view: brought up to the newest version, if the view reads it. @throws TwofoldError `overflow` */
export type ApplyRecord = (fold: ViewFold, record: LoggedEvent) => void;

/** As the platform reads the log: each older version by one compiled upcast. */
export function recordReader(
  { compileUpcast: compile }: { readonly compileUpcast: typeof compileUpcast },
  { sources }: ViewPlan,
): ApplyRecord {
  const byVersion = new Map(
    sources.flatMap(({ event, versions }, source) =>
      versions.map(({ type, version }) => {
        const upcast = version === event.version ? null : compile(versions, version);
        return [`${type} ${version}`, { source, upcast }] as const;
      }),
    ),
  );
  return (fold, { verdict, type, version, values, timeMs, offset }) => {
    const known = byVersion.get(`${type} ${version}`);
    if (verdict.kind !== 'event' || known === undefined) return;
    const broughtUp: Value[] = [];
    known.upcast?.(values, timeMs, broughtUp);
    fold.apply(known.source, known.upcast === null ? values : broughtUp, timeMs, offset);
  };
}
