import { describe, expect, it } from '@jest/globals';
import { decimal, enumOf, int, list, optional, record, string, timestamp } from '../events/data-type.js';
import { defineEvent } from '../events/event-type.js';
import { defineProjection } from './define-projection.js';
import type { ProjectedEvent } from './projection.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

const opened = defineEvent({
  type: 'account.opened',
  stream: 'accounts',
  data: { by: optional(record({ name: string(), at: timestamp() })), tags: list(string()) },
});
/** It has all fields of the other, and more. */
const paid = defineEvent({
  type: 'account.paid',
  stream: 'accounts',
  data: { by: optional(record({ name: string(), at: timestamp() })), tags: list(string()), amount: decimal(2) },
});
type Event = ProjectedEvent<typeof opened | typeof paid>;

const declared = { name: 'balances', from: [opened, paid], init: () => ({ balance: 0 }) } as const;
const measures = { balance: int(), state: enumOf('open', 'empty'), last: optional(string()) };

describe('the types of a projection', () => {
  it('give events their data, nested as it is, null where it may be missing', () => {
    holds<Equal<Event['type'], 'account.opened' | 'account.paid'>>();
    holds<Equal<Event['data']['tags'], readonly string[]>>();
    holds<Equal<Event['data']['by']['name'], string | null>>();
    holds<Equal<Event['data']['by']['at'], number | null>>();
    holds<Equal<Extract<Event, { type: 'account.paid' }>['data']['amount'], number | bigint>>();
  });

  it('tell events by their type, also where one has all that another has', () => {
    const balances = defineProjection({
      ...declared,
      measures,
      evolve: ({ balance }, event) => {
        if (event.type === paid.type) return { balance: balance + Number(event.data.amount) };
        holds<Equal<typeof event.type, 'account.opened'>>();
        // @ts-expect-error an account is opened with nothing
        return { balance: balance + Number(event.data.amount) };
      },
      present: ({ balance }) => ({ balance, state: balance === 0 ? 'empty' : 'open', last: null }),
    });
    expect(balances.kind).toBe('projection');
  });

  it('let evolve give a state only, and present every measure only', () => {
    const complete = { balance: 0, state: 'open', last: null };
    const kept = { ...declared, measures, evolve: (state: { readonly balance: number }) => state };
    // @ts-expect-error it is no state
    defineProjection({ ...kept, evolve: () => ({ total: 0 }), present: () => complete });
    // @ts-expect-error a measure is missing
    defineProjection({ ...kept, present: () => ({ balance: 0, state: 'open' }) });
    // @ts-expect-error a measure is of another type
    defineProjection({ ...kept, present: () => ({ ...complete, balance: '0' }) });
    // @ts-expect-error it is not optional
    defineProjection({ ...kept, present: () => ({ ...complete, balance: null }) });
  });

  it('let measures be single values', () => {
    const measures = { tags: list(string()) };
    const define = () =>
      // @ts-expect-error a list is no single value
      defineProjection({ ...declared, measures, evolve: (state) => state, present: () => ({ tags: [] }) });
    expect(define).toThrow('single value');
  });
});
