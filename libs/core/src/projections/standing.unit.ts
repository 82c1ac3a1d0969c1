import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../events/canonical-json.js';
import { MAX_STATE_LENGTH, decodeStanding, eventsIn, standingOf } from './standing.js';

describe('how a subject stands', () => {
  it('is the same whether it was held in memory or stored in between', () => {
    fc.assert(
      fc.property(fc.nat(), fc.jsonValue({ noUnicodeString: false }), (events, state) => {
        const held = standingOf(events, state);
        expect(held.text).toBe(canonicalJson([events, state]));
        expect(decodeStanding(held.text)).toEqual(held);
        // in the same order, too
        expect(JSON.stringify(decodeStanding(held.text).state)).toBe(JSON.stringify(held.state));
        expect(eventsIn(held.text)).toBe(events);
      }),
    );
  });

  it('cannot be changed, nor by whoever gave it', () => {
    const given = { legs: [{ to: 'ATL' }] };
    const { state } = standingOf(1, given);
    given.legs.push({ to: 'ORD' });
    expect(state).toEqual({ legs: [{ to: 'ATL' }] });
    expect(() => (state as typeof given).legs.push({ to: 'LAX' })).toThrow(TypeError);
  });

  it.each([
    ['a Date', { at: new Date(0) }, 'Date at /at'],
    ['a Map', new Map(), 'Map at /'],
    ['a promise', Promise.resolve(), 'Promise at /'],
    ['undefined', { a: [{ b: undefined }] }, 'undefined at /a/0/b'],
    ['a bigint', [1n], '1 at /0'],
    ['no number', { x: NaN }, 'NaN at /x'],
    ['a hole', new Array(1), 'undefined at /0'],
  ])('is not %s', (_, state, place) => {
    expect(() => standingOf(1, state)).toThrow(`the state is no plain JSON: ${place}`);
  });

  it('has bounds', () => {
    expect(standingOf(1, 'x'.repeat(MAX_STATE_LENGTH - 2)).events).toBe(1);
    expect(() => standingOf(1, 'x'.repeat(MAX_STATE_LENGTH - 1))).toThrow(`at most ${MAX_STATE_LENGTH} are possible`);
    const deep = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`) as unknown;
    expect(() => standingOf(1, deep)).toThrow('levels deep');
  });
});
