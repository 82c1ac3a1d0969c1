import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const ROOT = resolve(import.meta.dirname, '../..');
const READY_MS = 90_000;
const STOP_MS = 25_000;
const POLL_MS = 50;
const LAST_WORDS = 20;

/** Whether Ctrl-C reaches the app by itself, as it reaches us (`ours`), or only what we tell it does (`own`). */
export type ProcessGroup = 'own' | 'ours';

/** One app as a process of its own, its output in a log file. */
export class AppProcess {
  readonly url: string;
  /** Resolves when the process is gone, with its exit code or signal. */
  readonly exited: Promise<number | string>;
  readonly name: string;
  private readonly child: ChildProcess;
  private readonly log: string;

  constructor(
    name: string,
    port: number,
    environment: Readonly<Record<string, string>>,
    log: string,
    group: ProcessGroup,
  ) {
    this.name = name;
    this.url = `http://127.0.0.1:${port}`;
    this.log = log;
    mkdirSync(dirname(log), { recursive: true });
    const output = openSync(log, 'a');
    this.child = spawn(process.execPath, [join(ROOT, 'apps', name, 'dist', 'main.js')], {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: '', ...environment, HOST: '127.0.0.1', PORT: `${port}` },
      stdio: ['ignore', output, output],
      detached: group === 'own',
    });
    closeSync(output);
    this.exited = new Promise((done) => this.child.once('exit', (code, signal) => done(signal ?? code ?? 0)));
  }

  get lastWords(): string {
    return readFileSync(this.log, 'utf8').trim().split('\n').slice(-LAST_WORDS).join('\n');
  }

  /** Resolves when it says that it is ready. */
  async ready(): Promise<void> {
    const givenUpAtMs = Date.now() + READY_MS;
    for (;;) {
      const answer = await fetch(`${this.url}/health/ready`).catch(() => null);
      if (answer?.ok === true) return;
      if (this.isGone) throw new Error(`${this.name} ended at its start. Its last words:\n${this.lastWords}`);
      if (Date.now() > givenUpAtMs) {
        throw new Error(
          `${this.name} is not ready after ${READY_MS / 1000} s: ${(await answer?.text()) ?? 'no answer'}`,
        );
      }
      await pause(POLL_MS);
    }
  }

  /** Stands still from now on, as a machine that is out of memory or paused does; its connections stay open. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Asks it to end; kills it where it does not. */
  async stop(): Promise<void> {
    if (this.isGone) return;
    this.child.kill('SIGTERM');
    const killing = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await this.exited;
    clearTimeout(killing);
  }

  get isGone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}
