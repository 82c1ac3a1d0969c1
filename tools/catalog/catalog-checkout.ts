import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXAMPLE_CATALOG } from './example-catalog.ts';

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** A run of one of the commands. */
export type Run = { readonly status: number | null; readonly said: string };

/** A checkout of its own with the example catalog and the commands for it, in a new git repository on `main`. */
export class CatalogCheckout implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'twofold-catalog-'));

  constructor() {
    for (const path of ['package.json', 'tools/catalog', 'tools/command.ts'])
      cpSync(join(root, path), join(this.path, path), { recursive: true });
    for (const [path, text] of Object.entries(EXAMPLE_CATALOG)) this.write(path, text);
    symlinkSync(join(root, 'libs/core'), join(this.path, 'libs/core'));
    this.linkModules();
    this.write('.gitignore', 'node_modules\n');
    this.git('init', '--quiet', '--initial-branch', 'main');
    this.commit('no lock yet');
    this.run('generate');
    this.commit('a catalog');
  }

  /** Replaces all of `from`, which must be there, in a file. */
  edit(path: string, from: string, to: string): void {
    const file = join(this.path, path);
    const text = readFileSync(file, 'utf8');
    if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
    writeFileSync(
      file,
      text.replaceAll(from, () => to),
    );
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.path, path)), { recursive: true });
    writeFileSync(join(this.path, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.path, path), 'utf8');
  }

  remove(path: string): void {
    rmSync(join(this.path, path));
  }

  run(command: 'check' | 'generate', ...args: readonly string[]): Run {
    const { status, stdout, stderr } = spawnSync(process.execPath, [`tools/catalog/${command}.ts`, ...args], {
      ...{ cwd: this.path, encoding: 'utf8' },
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    return { status, said: `${stdout}${stderr}` };
  }

  git(...args: readonly string[]): void {
    const settings = [
      'user.name=Test',
      'user.email=test@localhost',
      'commit.gpgSign=false',
      'core.hooksPath=/dev/null',
    ];
    const { status, stderr } = spawnSync('git', [...settings.flatMap((each) => ['-c', each]), ...args], {
      ...{ cwd: this.path, encoding: 'utf8' },
    });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  }

  commit(message: string): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', message);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Its own libraries by their names; all else from the real checkout. */
  private linkModules(): void {
    const modules = join(this.path, 'node_modules');
    mkdirSync(join(modules, '@twofold'), { recursive: true });
    for (const name of readdirSync(join(root, 'node_modules')))
      if (name !== '@twofold') symlinkSync(join(root, 'node_modules', name), join(modules, name));
    symlinkSync(join(this.path, 'libs/core'), join(modules, '@twofold/core'));
    for (const name of readdirSync(join(this.path, 'libs/catalog'))) {
      const link = name === 'registry' ? 'catalog' : `catalog-${name}`;
      symlinkSync(join(this.path, 'libs/catalog', name), join(modules, '@twofold', link));
    }
  }
}
