import { Parser, DiagnosticSeverity } from '@asyncapi/parser';
import { describe, expect, it } from '@jest/globals';
import { catalog } from '@twofold/catalog';
import { asyncApiOf, jsonSchemaOf, typeScriptOf, type Catalog } from '@twofold/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import ts from 'typescript';
import { richCatalog } from './rich-catalog.ts';

/** The parser resolves and lints the whole document; its rules take some seconds to compile. */
const PATIENCE_MS = 120_000;
const CATALOGS: readonly (readonly [string, Catalog])[] = [
  ['the catalog', catalog],
  ['a catalog with every kind of field', richCatalog],
];

/** What TypeScript says of the declarations together with what uses them. */
function problemsIn(declarations: string, uses: string): readonly string[] {
  const files = new Map([
    ['/catalog.d.ts', declarations],
    ['/uses.ts', uses],
  ]);
  const options: ts.CompilerOptions = { strict: true, exactOptionalPropertyTypes: true, noEmit: true, types: [] };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) => {
    const text = files.get(name);
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ESNext);
  };
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([...files.keys()], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe.each(CATALOGS)('what is generated of %s', (_, given) => {
  it.each(given.events.map((event) => [`${event.type} version ${event.version}`, event] as const))(
    'is a JSON Schema by its own meta-schema: %s',
    (_name, event) => {
      const ajv = formats.default(new Ajv2020({ allowUnionTypes: true, strict: true }));
      const schema = jsonSchemaOf(event);
      expect({ valid: ajv.validateSchema(schema), errors: ajv.errors }).toEqual({ valid: true, errors: null });
      expect(() => ajv.compile(schema)).not.toThrow();
    },
  );

  it(
    'is a document that the AsyncAPI parser takes',
    async () => {
      const text = JSON.stringify(asyncApiOf(given, { version: '1.0.0' }));
      const { document, diagnostics } = await new Parser().parse(text);
      expect(diagnostics.filter(({ severity }) => severity === DiagnosticSeverity.Error)).toEqual([]);
      const streams = [...new Set(given.events.map(({ stream }) => stream))].sort();
      expect(
        document
          ?.channels()
          .all()
          .map((channel) => channel.address()),
      ).toEqual(streams.map((stream) => `twofold.events.${stream}`));
      const messages = document
        ?.channels()
        .all()
        .flatMap((channel) => channel.messages().all());
      expect(messages?.map((message) => message.id()).sort()).toEqual(
        given.events.map(({ type, version }) => `${type}.${version}`).sort(),
      );
      for (const message of messages ?? []) {
        expect(message.payload()?.type()).toBe('object');
        expect(message.headers()?.required()).toContain('ce_dataschema');
      }
      expect(document?.operations().all()).toHaveLength(2 * streams.length);
    },
    PATIENCE_MS,
  );

  it('is TypeScript', () => {
    expect(problemsIn(typeScriptOf(given), 'export {};')).toEqual([]);
  });
});

describe('the AsyncAPI parser', () => {
  it(
    'refuses a document that is none',
    async () => {
      const { info: _info, ...rest } = asyncApiOf(catalog, { version: '1.0.0' });
      const { diagnostics } = await new Parser().parse(JSON.stringify(rest));
      expect(diagnostics.some(({ severity }) => severity === DiagnosticSeverity.Error)).toBe(true);
    },
    PATIENCE_MS,
  );
});

describe('the TypeScript types', () => {
  const given = typeScriptOf(richCatalog);
  const uses = (statement: string): readonly string[] =>
    problemsIn(given, `import type { EventData, ViewRow } from './catalog';\n${statement}\nexport {};`);

  it('take data that is right, with digits as strings', () => {
    const data = `{ name: 'x', state: "o'ld", size: '9223372036854775807', price: '1.50', whole: '1', fraction: '0.5', heat: 1.5,
      isRed: true, at: '2001-03-01T12:30:00Z', day: '2001-03-01', tags: ['a'], states: ['x'], sizes: [1, '2'],
      place: { town: 'abc', gate: null }, weight: null, owner: { name: 'x' } }`;
    expect(uses(`export const data: EventData['thing.sold'][1] = ${data};`)).toEqual([]);
    expect(uses(`export const data: EventData['thing.sold'][2] = ${data};`)).toEqual([
      expect.stringContaining("Property 'channel' is missing"),
    ]);
    expect(uses(`export const data: EventData['day.ended'][1] = {};`)).toEqual([]);
  });

  it.each([
    ["const state: EventData['thing.sold'][1]['state'] = 'lost';", 'not assignable'],
    ["const price: EventData['thing.sold'][1]['price'] = 1.5;", 'not assignable'],
    ["const none: EventData['thing.sold'][3] = {};", "Property '3' does not exist"],
    ["declare const row: ViewRow['sales-by-day']; export const n: string = row.day;", ''],
    ["declare const row: ViewRow['sales-by-day']; export const n: number = row.weight;", 'null'],
    ["declare const row: ViewRow['sales-by-day']; export const n: readonly (number | string)[] = row.sizes;", ''],
    ["declare const row: ViewRow['days']; export const n: null = row.window.start;", ''],
  ])('%s', (statement, problem) => {
    const problems = uses(statement).join('\n');
    if (problem === '') expect(problems).toBe('');
    else expect(problems).toContain(problem);
  });
});
