import { describe, expect, it } from '@jest/globals';
import { catalog } from '@twofold/catalog';
import { viewNamed } from '@twofold/core';
import { parseSettings } from '@twofold/platform';
import type { BatchEngine } from '@twofold/ports';
import { EngineChoice } from './engine-choice.js';
import { batchViewBuilderSettings } from './settings.js';

const NEEDED = {
  KAFKA_BROKERS: '127.0.0.1:1',
  REDIS_URL: 'redis://127.0.0.1:1',
  DATABASE_URL: 'postgresql://127.0.0.1:1',
};
const parse = (environment: Readonly<Record<string, string>>) =>
  parseSettings(batchViewBuilderSettings, { ...NEEDED, ...environment });

let closed: string[] = [];
const engine = (name: string): BatchEngine => ({
  ...{ name, givesEachRowOnce: true },
  async *compute() {},
  close: async () => void closed.push(name),
});
const namesOf = (environment: Readonly<Record<string, string>>): readonly string[] => {
  const { BATCH_ENGINE, BATCH_ENGINE_BY_VIEW } = parse(environment);
  const choice = new EngineChoice(
    { duckdb: engine('duckdb'), fold: engine('fold') },
    engine('of projections'),
    BATCH_ENGINE,
    BATCH_ENGINE_BY_VIEW,
  );
  return ['delays-by-airport', 'routes-by-day'].map((name) => choice.engineOf(viewNamed(catalog, name)).name);
};

describe('the engine of a view', () => {
  it('is the one that all have, or its own', () => {
    expect(namesOf({})).toEqual(['duckdb', 'duckdb']);
    expect(namesOf({ BATCH_ENGINE: 'fold' })).toEqual(['fold', 'fold']);
    expect(namesOf({ BATCH_ENGINE_BY_VIEW: ' routes-by-day = fold ,' })).toEqual(['duckdb', 'fold']);
    const both = 'delays-by-airport=duckdb,routes-by-day=fold';
    expect(namesOf({ BATCH_ENGINE: 'fold', BATCH_ENGINE_BY_VIEW: both })).toEqual(['duckdb', 'fold']);
  });

  it('is refused where it, or the view, is not known; every problem at once', () => {
    const environment = {
      BATCH_ENGINE: 'spark',
      BATCH_ENGINE_BY_VIEW: 'no-view=fold,routes-by-day=storm,routes-by-day=fold,routes-by-day=fold,delays-by-airport',
      FOLD_THREADS: '0',
    };
    expect(() => parse(environment)).toThrow(
      expect.objectContaining({
        code: 'invalid-configuration',
        message: [
          'BATCH_ENGINE must be one of duckdb, fold',
          'BATCH_ENGINE_BY_VIEW names no-view, which is no view of the catalog',
          'BATCH_ENGINE_BY_VIEW must give routes-by-day one of duckdb, fold',
          'BATCH_ENGINE_BY_VIEW names routes-by-day twice',
          'BATCH_ENGINE_BY_VIEW must give delays-by-airport one of duckdb, fold',
          'FOLD_THREADS must be a whole number from 1 to 256',
        ].join('\n'),
      }),
    );
  });

  it('closes with all of them', async () => {
    closed = [];
    const engines = { duckdb: engine('duckdb'), fold: engine('fold') };
    await new EngineChoice(engines, engine('of projections'), 'duckdb', new Map()).close();
    expect(closed).toEqual(['duckdb', 'fold']);
  });
});
