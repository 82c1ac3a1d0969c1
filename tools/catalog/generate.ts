import { ROOT } from '../command.ts';
import { readSources } from './read-sources.ts';

const USAGE = `npm run catalog:generate

Writes what is generated of the catalog: catalog.lock.json, and in docs/catalog JSON Schemas, an AsyncAPI document and
TypeScript types.
`;

async function main(): Promise<number> {
  readSources();
  const { declaredCatalog } = await import('./declared-catalog.ts');
  const { generatedFiles, versionOf, writeGenerated } = await import('./generated-files.ts');
  const { catalog, refusal } = await declaredCatalog(ROOT);
  if (catalog === null) {
    process.stderr.write(`${refusal?.file}: ${refusal?.reason}\n`);
    return 1;
  }
  const written = writeGenerated(ROOT, generatedFiles(catalog, versionOf(ROOT)));
  process.stdout.write(written.length === 0 ? 'all is current\n' : `${written.join('\n')}\n`);
  return 0;
}

if (process.argv.includes('--help')) process.stdout.write(USAGE);
else process.exitCode = await main();
