import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ColumnType } from '../views/view-definition.js';
import { presentWindow } from './present-row.js';
import { decimalTextOf, presentValue } from './present-value.js';

describe('a value as an answer shows it', () => {
  it.each<[ColumnType['type'], unknown, unknown]>([
    ['string', 'box', 'box'],
    ['boolean', false, false],
    ['double', 0.5, 0.5],
    ['int', 2 ** 53 - 1, 2 ** 53 - 1],
    ['int', -(2n ** 63n), '-9223372036854775808'],
    ['int', 10n ** 30n, '1000000000000000000000000000000'],
    ['decimal(2)', 1230, '12.30'],
    ['decimal(2)', -5, '-0.05'],
    ['decimal(0)', -5, '-5'],
    ['decimal(18)', 1, '0.000000000000000001'],
    ['decimal(2)', -(10n ** 20n), '-1000000000000000000.00'],
    ['timestamp', 0, '1970-01-01T00:00:00.000Z'],
    ['date', 0, '1970-01-01'],
    ['date', 11_382, '2001-03-01'],
    ['date', -719_528, '0000-01-01'],
    ['date', -719_529, '-000001-12-31'],
    ['date', 2_932_897, '+010000-01-01'],
    ['histogram', '[1,0,7]', [1, 0, 7]],
    ['histogram', [1, 2n ** 60n], [1, '1152921504606846976']],
  ])('of type %s: %p is %p', (type, value, shown) => {
    expect(presentValue({ type, nullable: false }, value)).toEqual(shown);
    expect(presentValue({ type, nullable: true }, null)).toBeNull();
  });

  it('of a date is what JavaScript writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -719_529, max: 2_932_897 }), (day) => {
        const [expected] = new Date(day * 86_400_000).toISOString().split('T');
        expect(presentValue({ type: 'date', nullable: false }, day)).toBe(expected);
      }),
    );
  });

  it('of a decimal has all its digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.nat(18), (units, scale) => {
        const [whole = '', fraction = ''] = decimalTextOf(units, scale).split('.');
        expect(fraction).toHaveLength(scale);
        expect(BigInt(whole + fraction)).toBe(units);
      }),
    );
  });
});

describe('a window as an answer shows it', () => {
  const window = { kind: 'tumbling', timeZone: 'Europe/Berlin' } as const;

  it('has the instants at which it begins and ends', () => {
    expect(presentWindow({ ...window, unit: 'day' }, Date.parse('2001-03-24T23:00Z'))).toEqual({
      start: '2001-03-24T23:00:00.000Z',
      end: '2001-03-25T22:00:00.000Z',
    });
  });

  it('has neither when it is of all time', () => {
    expect(presentWindow({ ...window, unit: 'all' }, 0)).toEqual({ start: null, end: null });
  });
});
