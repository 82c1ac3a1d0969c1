import { describe, expect, it } from '@jest/globals';
import { generationTableName, keyIndexName, quoteIdentifier, stageTableName, windowIndexName } from './identifier.js';

describe('the name of a generation’s table', () => {
  it('names view, version, number and attempt', () => {
    const view = { name: 'delays-by-airport', version: '0123456789abcdef' };
    expect(generationTableName(view, 12, 'cafe0123')).toBe('gen_delays_by_airpor_0123456789abcdef_12_cafe0123');
    expect(stageTableName(view, 'cafe0123')).toBe('build_delays_by_airpor_0123456789abcdef_cafe0123');
  });

  it('is never longer than Postgres keeps, nor are those of its indexes', () => {
    const view = { name: 'v'.repeat(48), version: 'f'.repeat(16) };
    const table = generationTableName(view, 2 ** 31 - 1, 'cafe0123');
    for (const name of [table, keyIndexName(table), windowIndexName(table), stageTableName(view, 'cafe0123')])
      expect(name.length).toBeLessThanOrEqual(63);
  });
});

it('quotes identifiers', () => {
  expect(quoteIdentifier('a"b; DROP TABLE c')).toBe('"a""b; DROP TABLE c"');
});
