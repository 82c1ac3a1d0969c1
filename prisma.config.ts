import { join } from 'node:path';
import { defineConfig } from 'prisma/config';

// The stand-in runs Prisma's own WASM build of the schema engine: nothing native is fetched.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= join(import.meta.dirname, 'tools', 'schema-engine.mjs');
process.env['CHECKPOINT_DISABLE'] ??= '1';

export default defineConfig({
  schema: 'libs/metadata/prisma/schema.prisma',
  migrations: { path: 'libs/metadata/prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
});
