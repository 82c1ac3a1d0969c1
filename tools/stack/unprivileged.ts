import { spawnSync } from 'node:child_process';
import type { Command } from './process.ts';

/** An account's numbers, and how a command is run as it. */
export type Account = {
  readonly uid: number;
  readonly gid: number;
  run(file: string, args: readonly string[]): Command;
};

/**
 * PostgreSQL refuses to run as root; then `nobody` runs it. null: we are not root, and run it ourselves.
 * `nobody` cannot enter a directory that is root's alone, as a checkout in /root is: there it is given the one
 * capability that lets it pass, where the system has `setpriv`.
 *
 * @throws Error that says what `nobody` cannot reach
 */
export function unprivilegedAccount(directory: string, program: string): Account | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  const [uid, gid] = [id('-u'), id('-g')];
  const ways: readonly Account[] = [
    { uid, gid, run: (file, args) => ({ file, args, options: { cwd: directory, uid, gid } }) },
    {
      uid,
      gid,
      run: (file, args) => ({
        file: 'setpriv',
        args: [
          `--reuid=${uid}`,
          `--regid=${gid}`,
          '--clear-groups',
          '--inh-caps=+dac_override',
          '--ambient-caps=+dac_override',
          file,
          ...args,
        ],
        options: { cwd: directory },
      }),
    },
  ];
  const way = ways.find((account) => canRun(account, directory, program));
  if (way === undefined)
    throw new Error(
      `PostgreSQL does not run as root, and nobody (the account) cannot reach ${directory} or ${program}: ` +
        'use a checkout that others may enter, or do not be root, or set DATABASE_URL',
    );
  return way;
}

function canRun(account: Account, directory: string, program: string): boolean {
  const { file, args, options } = account.run('sh', ['-c', 'cd "$0" && "$1" --version', directory, program]);
  return spawnSync(file, args, { ...options, stdio: 'ignore' }).status === 0;
}
