import { describe, expect, it } from '@jest/globals';
import { average, count, daily, defineView, sum, type Answer } from '@twofold/core';
import { delaysByAirport, flightLanded } from './index.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

describe('types follow from the definition', () => {
  it('gives a row the types of its dimensions and measures', () => {
    type Row = Answer<typeof delaysByAirport>;
    holds<Equal<Row['airport'], string>>();
    holds<Equal<Row['flights'], number | bigint>>();
    holds<Equal<Row['worstDelay'], number | bigint>>();
    holds<Equal<Row['averageDelay'], number>>();
    holds<Equal<Row['window']['start'], Date>>();
    // @ts-expect-error a row has no measure that was not declared
    type _None = Row['cancelled'];
    expect(delaysByAirport.measures.map((measure) => measure.name)).toEqual([
      'flights',
      'totalDelay',
      'worstDelay',
      'averageDelay',
    ]);
  });

  it('refuses a field that the event does not have, and a sum of text', () => {
    const declare = (): unknown =>
      defineView({
        name: 'wrong',
        from: flightLanded,
        window: daily(),
        // @ts-expect-error there is no such field
        measures: (flight) => ({ flights: count(), lost: sum(flight.lost) }),
      });
    expect(declare).toThrow();
    const measureText = (): unknown =>
      defineView({
        name: 'wrong',
        from: flightLanded,
        window: daily(),
        // @ts-expect-error text has no average
        measures: (flight) => ({ average: average(flight.origin) }),
      });
    expect(measureText).toThrow(/average is of an int/);
  });
});
