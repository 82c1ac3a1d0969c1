import { ROOT } from '../command.ts';
import { CHECK_USAGE, readCheckOptions, type CheckOptions } from './check-options.ts';
import { defaultRevision, revisionNamed } from './git.ts';
import { readSources } from './read-sources.ts';

/** Exit codes: something breaks; the question was wrong. */
const BREAK = 1;
const WRONG = 2;

async function main({ against, json }: CheckOptions): Promise<number> {
  const revision = against === null ? defaultRevision(ROOT) : revisionNamed(ROOT, against);
  if (against !== null && revision === null) {
    process.stderr.write(`there is no revision ${against}\n`);
    return WRONG;
  }
  readSources();
  const { checkCatalog } = await import('./check-catalog.ts');
  const { tellCheck } = await import('./tell-check.ts');
  const check = await checkCatalog(ROOT, revision);
  process.stdout.write(json ? `${JSON.stringify(check, null, 2)}\n` : tellCheck(check));
  return check.passes ? 0 : BREAK;
}

function options(): CheckOptions | 'help' | null {
  try {
    return readCheckOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${CHECK_USAGE}`);
    return null;
  }
}

const asked = options();
if (asked === 'help') process.stdout.write(CHECK_USAGE);
else process.exitCode = asked === null ? WRONG : await main(asked);
