import { readFileSync } from 'node:fs';

const swc = JSON.parse(readFileSync(new URL('.swcrc', import.meta.url), 'utf8'));

/** What every project's tests share. Kinds by ending: .unit (pure), .int (real servers), .e2e (all apps), .type (types). */
export default {
  testEnvironment: 'node',
  // A bound against hanging, not a measure: a busy machine must not fail a right test.
  testTimeout: 180_000,
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['**/*.{unit,int,e2e,type}.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['@twofold/source', 'node', 'node-addons'] },
};
