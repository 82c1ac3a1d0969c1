#!/usr/bin/env node
// Stand-in for Prisma's native schema-engine: same stdio JSON-RPC, run by the official WASM build over @prisma/adapter-pg.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import * as bg from '@prisma/schema-engine-wasm/schema_engine_bg';

// @prisma/adapter-pg has no mapping for Postgres' internal "char" (oid 18), which catalog queries return: read it as text, hand it to the engine as Character.
const addFields = pg.Result.prototype.addFields;
pg.Result.prototype.addFields = function (fs) {
  for (const f of fs)
    if (f.dataTypeID === 18) {
      f.dataTypeID = 25;
      f.wasChar = true;
    }
  return addFields.call(this, fs);
};
const require = createRequire(import.meta.url);
let panic, current; // a Rust panic reports here, then traps: answer the pending call instead of dying silently
globalThis.PRISMA_WASM_PANIC_REGISTRY = {
  set_message(m) {
    panic = m;
  },
};
const die = (e) => {
  const message = panic ?? e?.stack ?? String(e);
  process.stderr.write(JSON.stringify({ level: 'ERROR', fields: { message }, target: 'schema_engine::logger' }) + '\n');
  if (current != null)
    process.stdout.write(
      JSON.stringify({
        jsonrpc: '2.0',
        id: current,
        error: {
          code: 4466,
          message: 'schema engine panic',
          data: { is_panic: false, message: 'schema engine panic: ' + message },
        },
      }) + '\n',
      () => process.exit(101),
    );
  else process.exit(101);
};
process.on('uncaughtException', die);
process.on('unhandledRejection', die);
const wasmFile = require.resolve('@prisma/schema-engine-wasm').replace(/schema_engine\.js$/, 'schema_engine_bg.wasm');
const { instance } = await WebAssembly.instantiate(readFileSync(wasmFile), { './schema_engine_bg.js': bg });
bg.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  args: process.argv.slice(2),
  options: {
    datamodels: { type: 'string', short: 'd', multiple: true },
    datasource: { type: 'string' },
    'enabled-preview-features': { type: 'string' },
    'extension-types': { type: 'string' },
    version: { type: 'boolean' },
  },
});
if (values.version) {
  console.log(`schema-engine-cli ${bg.version()} (wasm)`);
  process.exit(0);
}
const { url, shadowDatabaseUrl } = values.datasource ? JSON.parse(values.datasource) : {};
const schemaOf = (u) => new URL(u).searchParams.get('schema') ?? undefined;
const clean = (u) => {
  const x = new URL(u);
  for (const k of ['schema', 'connection_limit', 'pool_timeout', 'pgbouncer']) x.searchParams.delete(k);
  return x.toString();
};
function mk(u) {
  const f = new PrismaPg({ connectionString: clean(u), max: 1 }, { schema: schemaOf(u) });
  const connect = f.connect.bind(f);
  f.connect = async () => {
    const a = await connect();
    a.executeScript = async (sql) => {
      try {
        await a.underlyingDriver().query(sql);
      } catch (e) {
        a.onError(e);
      }
    }; // whole file, simple protocol; the adapter would split at every ';'
    const raw = a.queryRaw;
    a.queryRaw = async (q) => {
      let fields = [];
      const res = await raw.call(
        Object.create(a, {
          performIO: {
            value: async (x) => {
              const r = await a.performIO(x);
              fields = r.fields;
              return r;
            },
          },
        }),
        q,
      );
      fields.forEach((x, i) => {
        if (x.wasChar) res.columnTypes[i] = ColumnTypeEnum.Character;
      });
      return res;
    };
    return a;
  };
  return f;
}
function factory(u, shadow) {
  if (!u) {
    const no = () => {
      throw new Error('no datasource url in prisma.config.ts');
    }; // schema-only work (migrate diff --from-empty --to-schema)
    return { provider: 'postgres', adapterName: '@prisma/adapter-pg', connect: no, connectToShadowDb: no };
  }
  const f = mk(u);
  if (shadow) {
    f.connectToShadowDb = () => mk(shadow).connect();
    return f;
  }
  f.connectToShadowDb = async () => {
    // CREATE DATABASE on the server, drop it at the end
    const name = `prisma_migrate_shadow_db_${crypto.randomUUID()}`,
      c = new pg.Client(clean(u));
    await c.connect();
    await c.query(`CREATE DATABASE "${name}"`);
    const x = new URL(u);
    x.pathname = '/' + name;
    const a = await mk(x.toString()).connect(),
      d = a.dispose.bind(a);
    a.dispose = async () => {
      await d();
      await c.query(`DROP DATABASE IF EXISTS "${name}"`);
      await c.end();
    };
    return a;
  };
  return f;
}
const log = (level, fields) =>
  process.stderr.write(
    JSON.stringify({ timestamp: new Date().toISOString(), level, fields, target: 'schema_engine::logger' }) + '\n',
  );
async function createDb(u) {
  const x = new URL(clean(u)),
    db = decodeURIComponent(x.pathname.slice(1));
  x.pathname = '/postgres';
  const c = new pg.Client(x.toString());
  await c.connect();
  try {
    await c.query(`CREATE DATABASE "${db.replaceAll('"', '""')}"`);
  } catch (e) {
    if (e.code !== '42P04' && e.code !== '23505') throw e;
  } finally {
    await c.end();
  }
  return db;
}

if (positionals[0] === 'cli') {
  log('INFO', { message: 'Starting schema engine CLI' });
  try {
    if (positionals[1] === 'can-connect-to-database') {
      const c = new pg.Client(clean(url));
      await c.connect();
      await c.end();
    } else if (positionals[1] === 'create-database') await createDb(url);
    else throw Object.assign(new Error('unsupported: ' + positionals[1]));
    process.exit(0);
  } catch (e) {
    log('ERROR', {
      is_panic: false,
      error_code: e.code === '3D000' ? 'P1003' : e.code === '28P01' ? 'P1000' : 'P1001',
      message: e.message || String(e),
    });
    process.exit(1);
  }
}
let engine;
const datamodels = values.datamodels?.map((p) => [p, readFileSync(p, 'utf8')]);
const get = () =>
  (engine ??= bg.SchemaEngine.new(
    { datamodels },
    (m) => process.stderr.write(m + '\n'),
    bindMigrationAwareSqlAdapterFactory(factory(url, shadowDatabaseUrl)),
  ));
const send = (o) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...o }) + '\n');
let printId = 1,
  chain = Promise.resolve();
createInterface({ input: process.stdin })
  .on('line', (l) => {
    const r = JSON.parse(l);
    if (!r.method) return;
    chain = chain.then(async () => {
      current = r.id;
      try {
        let result;
        if (r.method === 'createDatabase') result = { databaseName: await createDb(r.params.datasource.url ?? url) };
        else if (r.method === 'getDatabaseVersion') result = await (await get()).version(r.params);
        else result = await (await get())[r.method](r.params);
        if (r.method === 'diff' && result.stdout != null)
          send({ method: 'print', id: printId++, params: { content: result.stdout } });
        current = undefined;
        send({ id: r.id, result: result ?? null });
      } catch (e) {
        if (panic) return die(e);
        current = undefined;
        const k = e?.code && e?.meta ? e : undefined;
        send({
          id: r.id,
          error: {
            code: 4466,
            message: 'An error happened. Check the data field for details.',
            data: { is_panic: false, message: e?.message ?? String(e), error_code: k?.code, meta: k?.meta },
          },
        });
      }
    });
  })
  .on('close', () => chain.then(() => process.exit(0)));
