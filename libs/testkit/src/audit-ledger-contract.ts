import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ViewId } from '@twofold/core';
import { KEPT_AUDITS, type Audit, type AuditLedger } from '@twofold/ports';
import { uniqueWord } from './things-view.js';

/** What every implementation of {@link AuditLedger} must do. */
export function auditLedgerContract(name: string, setup: () => Promise<AuditLedger>): void {
  describe(`audit ledger: ${name}`, () => {
    let ledger: AuditLedger;
    let view: ViewId;
    beforeEach(async () => {
      ledger = await setup();
      view = { name: `view-${uniqueWord()}`, version: '0123456789abcdef' };
    });
    afterEach(() => ledger.close());

    const added = async (audit: Partial<Audit> = {}): Promise<Audit> => {
      const whole: Audit = { ...same(view), ...audit };
      await ledger.add(whole);
      return whole;
    };

    it('keeps an audit as it was added, in every state', async () => {
      const notComparable = await added({ state: 'not-comparable', reason: 'no epoch', comparedRows: 0 });
      const drifted = await added(DRIFT);
      const whole = await added();
      expect(await ledger.list(view, 10)).toEqual([whole, drifted, notComparable]);
    });

    it('lists the last added first, whatever its time and generation, and no more than asked for', async () => {
      const first = await added({ generation: 7, checkedAtMs: 5_000 });
      const second = await added({ generation: 6, checkedAtMs: 4_000 });
      expect(await ledger.list(view, 10)).toEqual([second, first]);
      expect(await ledger.list(view, 1)).toEqual([second]);
    });

    it('keeps the audits of each view version apart', async () => {
      const others: readonly ViewId[] = [
        { ...view, version: 'fedcba9876543210' },
        { ...view, name: `${view.name}s` },
      ];
      const mine = await added();
      expect(await ledger.list(others[0] as ViewId, 10)).toEqual([]);
      for (const other of others) await added({ view: other });
      expect(await ledger.list(view, 10)).toEqual([mine]);
    });

    it('tells the last of each view that is asked for, in that order, and of no others', async () => {
      const named = (suffix: string): ViewId => ({ ...view, name: view.name + suffix });
      const [one, other, three] = [named('a'), named('b'), named('c')];
      await added({ view: one, generation: 8 });
      const lastOfThree = await added({ ...DRIFT, view: three });
      await added({ view: other });
      const lastOfOne = await added({ view: one, generation: 9 });
      expect(await ledger.latest([three, named('d'), one])).toEqual([lastOfThree, lastOfOne]);
      expect(await ledger.latest([])).toEqual([]);
    });

    it('keeps a bounded history of each view version', async () => {
      const other = await added({ view: { ...view, name: `${view.name}s` } });
      for (let generation = 1; generation <= KEPT_AUDITS + 3; generation++) await added({ generation });
      const kept = await ledger.list(view, 2 * KEPT_AUDITS);
      expect(kept.map(({ generation }) => generation)).toEqual(
        Array.from({ length: KEPT_AUDITS }, (_, index) => KEPT_AUDITS + 3 - index),
      );
      expect(await ledger.list(other.view, 10)).toEqual([other]);
    });
  });
}

const same = (view: ViewId): Audit => ({
  view,
  generation: 2,
  checkedAtMs: 1_000,
  state: 'same',
  reason: null,
  comparedRows: 2 ** 40,
  driftedRows: 0,
  onlyRolledForward: 0,
  onlyRecomputed: 0,
  driftByMeasure: {},
  samples: [],
});

const DRIFT: Partial<Audit> = {
  state: 'drifted',
  driftedRows: 3,
  onlyRolledForward: 1,
  onlyRecomputed: 1,
  driftByMeasure: { things: 1, '"; DROP': 1 },
  samples: [
    {
      key: { airport: 'Zürich \u{10000} \\"', size: '9007199254740993', window: { start: null, end: null } },
      rolledForward: { things: '[1]' },
      recomputed: { things: '[["9007199254740993"]]' },
    },
    { key: { airport: null }, rolledForward: null, recomputed: { things: '[2]' } },
  ],
};
