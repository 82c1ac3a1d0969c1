import nx from '@nx/eslint-plugin';
import ts from 'typescript-eslint';

/** Who may import whom (docs/architecture.md): what is not named here is an error. */
const mayDependOn = {
  'type:core': [],
  'type:catalog': ['type:core'],
  'type:registry': ['type:catalog', 'type:core'],
  'type:ports': ['type:core'],
  // in-memory and testkit: in tests only (tools/architecture)
  'type:flows': ['type:core', 'type:ports', 'type:in-memory', 'type:testkit'],
  'type:metadata': ['type:core', 'type:ports', 'type:testkit'],
  'type:adapter': ['type:core', 'type:ports', 'type:metadata', 'type:in-memory', 'type:testkit'],
  'type:in-memory': ['type:core', 'type:ports', 'type:testkit'],
  'type:platform': ['type:core', 'type:ports'],
  'type:testkit': ['type:core', 'type:ports'],
  'type:simulation': ['type:core', 'type:ports', 'type:flows', 'type:in-memory'],
  'type:app': [
    'type:core',
    'type:catalog',
    'type:registry',
    'type:ports',
    'type:flows',
    'type:metadata',
    'type:adapter',
    'type:platform',
    'type:testkit',
  ],
};

export default ts.config(
  { ignores: ['**/dist', '**/*.mjs', '.nx', '.twofold', 'libs/metadata/src/generated'] },
  {
    files: ['**/*.ts'],
    extends: [ts.configs.recommended],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          depConstraints: Object.entries(mayDependOn).map(([sourceTag, onlyDependOnLibsWithTags]) => ({
            sourceTag,
            onlyDependOnLibsWithTags,
          })),
        },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
);
