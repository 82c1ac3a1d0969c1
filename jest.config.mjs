/** All tests of the workspace in one run: `npm test` (tools/test.ts) gives them their servers. */
export default {
  // In a run over several projects it counts here, and not in their own files (jest.preset.mjs).
  testTimeout: 60_000,
  // A worker keeps what its test files loaded (ECMAScript modules are never let go): one that holds more begins anew.
  workerIdleMemoryLimit: '1GB',
  projects: [
    '<rootDir>/libs/*/jest.config.mjs',
    '<rootDir>/libs/catalog/*/jest.config.mjs',
    '<rootDir>/libs/adapters/*/jest.config.mjs',
    '<rootDir>/apps/*/jest.config.mjs',
    '<rootDir>/tools/jest.config.mjs',
  ],
};
