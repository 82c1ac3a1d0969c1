import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import {
  isMigrationCommand,
  readMigrationCommand,
  readMigrationId,
  readMigrationList,
  readMigrationPlan,
  readMigrationRequest,
} from '../../apps/replay-orchestrator/src/archive-requests.ts';
import { codeBlocks, readPage } from './markdown.ts';

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const page = readPage(root, 'docs/migration.md');

/** Reads a request as the app does, and says what it is. */
function kindOf(curl: string): string {
  const { pathname, searchParams } = new URL(/http:\/\/127\.0\.0\.1:4002[^' \n]+/.exec(curl)?.[0] ?? '');
  const body: unknown = JSON.parse(/-d '(\{.*\})'/s.exec(curl)?.[1] ?? 'null');
  const [what, id = '', command = ''] = pathname.replace('/v1/archive/', '').split('/');
  if (what === 'editions') return 'editions';
  if (id === 'plan') return `plan by ${readMigrationPlan(body).partitionedBy}`;
  if (id === '' && body !== null) return `migrate ${readMigrationRequest(body).asked.switch}`;
  if (id === '') return `list ${readMigrationList(Object.fromEntries(searchParams)).limit}`;
  if (command === '') return `get ${readMigrationId(id)}`;
  if (!isMigrationCommand(command)) throw new Error(`there is no command ${command}`);
  return readMigrationCommand(command, body).command.kind;
}

describe('the page on the migration of the archive', () => {
  it('asks for what can be asked for, by requests that are taken', () => {
    expect(codeBlocks(page, 'sh').map(kindOf)).toEqual([
      ...['plan by month', 'migrate by-hand', 'get 4f7c', 'list 20', 'editions'],
      ...['pause', 'resume', 'throttle', 'switch', 'cancel'],
    ]);
  });

  it('tells the layout that is made where nothing is said', () => {
    const rows = [...page.text.matchAll(/^\| `(\w+)` \|.* \| `?([\w,]+)`? \|$/gm)];
    const told = Object.fromEntries(rows.map(([, name = '', value = '']) => [name, value.replaceAll(',', '')]));
    const layout = Object.entries(readMigrationPlan({})).map(([name, value]) => [name, String(value)]);
    expect(told).toEqual(Object.fromEntries(layout));
  });
});
