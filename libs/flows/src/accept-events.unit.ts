import { beforeEach, describe, expect, it } from '@jest/globals';
import { TwofoldError, defineEvent, envelopeReaderOf, int } from '@twofold/core';
import type { EventLogWriter, OutgoingEvent } from '@twofold/ports';
import { acceptEvents } from './accept-events.js';

const readEnvelope = envelopeReaderOf([
  defineEvent({ type: 'flight.landed', stream: 'flights', data: { delay: int() } }),
  defineEvent({ type: 'account.registered', stream: 'accounts', data: { age: int() } }),
]);

const envelope = (id: string, type: string, data: unknown) => ({
  specversion: '1.0',
  id,
  source: '/test',
  type,
  subject: id,
  time: '2001-03-01T12:30:00Z',
  data,
});
const landed = (id: string, delay: unknown = 1) => envelope(id, 'flight.landed', { delay });
const registered = (id: string) => envelope(id, 'account.registered', { age: 30 });

/** Two partitions per stream, taken in turn; offsets from 10, as on a log that has a past. */
class Log implements Pick<EventLogWriter, 'append'> {
  readonly appended = new Map<string, OutgoingEvent[]>();
  away = false;

  async append(stream: string, events: readonly OutgoingEvent[]) {
    if (this.away) throw new TwofoldError('log-unavailable', 'the log is away');
    const known = this.appended.get(stream) ?? [];
    this.appended.set(stream, [...known, ...events]);
    return events.map((_, index) => ({ partition: index % 2, offset: 10 + known.length + (index >> 1) }));
  }

  async close() {}
}

let log: Log;
beforeEach(() => {
  log = new Log();
});
const idsOn = (stream: string) => log.appended.get(stream)?.map((event) => event.headers['ce_id']);

describe('events that come in', () => {
  it('are appended to their streams in the order given', async () => {
    const { results } = await acceptEvents({ log, readEnvelope }, [landed('1'), registered('2'), landed('3')]);
    expect(results).toEqual(['1', '2', '3'].map((id) => ({ kind: 'accepted', id })));
    expect(idsOn('flights')).toEqual(['1', '3']);
    expect(idsOn('accounts')).toEqual(['2']);
  });

  it('give a position beyond each of them, and nothing about other partitions', async () => {
    const ports = { log, readEnvelope };
    const { position } = await acceptEvents(ports, [landed('1'), landed('2'), landed('3'), registered('4')]);
    expect(position).toEqual({ flights: { 0: 12, 1: 11 }, accounts: { 0: 11 } });
  });

  it('are told apart: nothing of a refused one is on the log, and the others are', async () => {
    const { results } = await acceptEvents({ log, readEnvelope }, [landed('1'), landed('2', 'late'), 7, landed('3')]);
    expect(results).toMatchObject([
      { kind: 'accepted', id: '1' },
      { kind: 'refused', id: '2', problem: { code: 'invalid-data', pointer: '/data/delay' } },
      { kind: 'refused', id: null, problem: { code: 'invalid-envelope', pointer: '' } },
      { kind: 'accepted', id: '3' },
    ]);
    expect(idsOn('flights')).toEqual(['1', '3']);
  });

  it('that are all refused do not touch the log', async () => {
    log.away = true;
    const { position } = await acceptEvents({ log, readEnvelope }, [landed('1', 'late')]);
    expect(position).toEqual({});
  });

  it('are not accepted while the log is away', async () => {
    log.away = true;
    await expect(acceptEvents({ log, readEnvelope }, [landed('1')])).rejects.toMatchObject({ code: 'log-unavailable' });
  });
});
