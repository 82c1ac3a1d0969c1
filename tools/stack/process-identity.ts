import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Fields of /proc/<pid>/stat after the name, which may itself hold blanks and brackets: see proc(5). */
const STATE = 0;
const START_TIME = 19;

/**
 * With its number, what tells a running process from any other that ever has that number, also across a restart of
 * the machine. (Alone it does not: two processes may start within one tick of the clock.) null: no process of that number runs (one that has ended and waits to be asked after does not).
 */
export function processIdentity(pid: number): string | null {
  return process.platform === 'linux' ? identityInProc(pid) : identityInPs(pid);
}

function identityInProc(pid: number): string | null {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return null;
  try {
    const text = readFileSync(file, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    if (fields[STATE] === 'Z') return null;
    return `${bootId()} ${fields[START_TIME]}`;
  } catch {
    return null; // it ended while we read
  }
}

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

function identityInPs(pid: number): string | null {
  const { status, stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', `${pid}`], { encoding: 'utf8' });
  const [, state = '', began = ''] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout ?? '') ?? [];
  return status !== 0 || state === '' || state.startsWith('Z') ? null : began;
}
