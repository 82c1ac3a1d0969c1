import {
  compareValues,
  evaluate,
  rowKeyOf,
  windowAt,
  type Aggregate,
  type Offset,
  type PlainEvent,
  type Scalar,
  type ViewPlan,
} from '@twofold/core';
import { headOf, type Log, type LoggedEvent } from '../generators/logs.js';

/** An offset per partition. */
export type Cut = readonly Offset[];

export const headCutOf = (log: Log): Cut => log.map(headOf);

/** Whether a record is an event that the view reads. */
export const isRead = (plan: ViewPlan, record: LoggedEvent): boolean =>
  record.verdict.kind === 'event' && record.type === plan.event.type && record.version === plan.event.version;

/** The events that a view reads below a cut, as the reference takes them. */
export function eventsBelow(plan: ViewPlan, log: Log, cut: Cut): readonly PlainEvent[] {
  const fields = Object.keys(plan.event.fields);
  return log.flatMap((records, partition) =>
    records
      .filter((record) => record.offset < (cut[partition] ?? 0) && isRead(plan, record))
      .map(({ timeMs, values }) => ({
        timeMs,
        data: Object.fromEntries(fields.map((field, index) => [field, values[index] ?? null])),
      })),
  );
}

/** What the measures of a view must be by the plain words of the aggregates, by name of row: no parts, no combine. */
export function naiveMeasures(plan: ViewPlan, events: readonly PlainEvent[]): ReadonlyMap<string, readonly Scalar[]> {
  const groups = new Map<string, PlainEvent[]>();
  for (const event of events) {
    if (plan.definition.where !== null && evaluate(plan.definition.where, event) !== true) continue;
    const key = rowKeyOf({
      dimensions: plan.definition.by.map(({ of }) => evaluate(of, event)),
      window: windowAt(plan.definition.window, event.timeMs),
    });
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return new Map(
    [...groups].map(([key, group]) => [
      key,
      plan.definition.measures.map(({ aggregate }) => naiveMeasure(aggregate, group)),
    ]),
  );
}

function naiveMeasure(aggregate: Aggregate, events: readonly PlainEvent[]): Scalar {
  if (aggregate.kind === 'count') return events.length;
  const values = events.map((event) => evaluate(aggregate.of, event)).filter((value) => value !== null);
  const total = (): bigint => values.reduce<bigint>((sum, value) => sum + BigInt(value), 0n);
  const inOrder = (): readonly NonNullable<Scalar>[] => [...values].sort(compareValues);
  switch (aggregate.kind) {
    case 'sum':
      return plain(total());
    case 'average':
      return values.length === 0 ? null : Number(total()) / values.length;
    case 'min':
      return inOrder()[0] ?? null;
    case 'max':
      return inOrder().at(-1) ?? null;
  }
}

const plain = (value: bigint): Scalar => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
