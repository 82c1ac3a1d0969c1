import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

const ROOMY = '8g';
/** An archiver may write between the look and the deed: then there is less room than that, and another look. */
const ATTEMPTS = 20;

/** The disk that the archive stands on: one of its own in memory, where the system lets us mount one. */
export class ArchiveDisk {
  readonly directory: string;
  /** Whether it can be full without the machine's being so. */
  readonly isOwn: boolean;
  private readonly disk: string;

  constructor(disk: string) {
    this.disk = disk;
    this.directory = join(disk, 'files');
    mkdirSync(disk, { recursive: true });
    this.isOwn = process.platform === 'linux' && mount('-t', 'tmpfs', '-o', `size=${ROOMY}`, 'tmpfs', disk);
    mkdirSync(this.directory, { recursive: true });
  }

  /** Not a byte more goes onto it. Only of an own disk. */
  fill(): void {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { blocks, bfree, bsize } = statfsSync(this.disk);
      if (mount('-o', `remount,size=${(blocks - bfree) * bsize}`, this.disk)) return;
    }
    throw new Error(`the disk at ${this.disk} could not be made full`);
  }

  free(): void {
    mount('-o', `remount,size=${ROOMY}`, this.disk);
  }

  /** What is in memory only is written beside it where it is to be kept. */
  close({ keep }: { readonly keep: boolean }): void {
    if (!this.isOwn) return;
    if (keep) cpSync(this.directory, `${this.disk}-kept`, { recursive: true });
    spawnSync('umount', ['-l', this.disk], { stdio: 'ignore' });
  }
}

const mount = (...args: readonly string[]): boolean => spawnSync('mount', args, { stdio: 'ignore' }).status === 0;
