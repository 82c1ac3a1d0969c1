import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a complete file stand under its final name, for good: its content, then its name, are on disk when this resolves. */
export async function settleFile(temporary: string, final: string): Promise<void> {
  await sync(temporary, 'r+');
  await rename(temporary, final);
  await sync(dirname(final), 'r');
}

/** Creates a directory below `root`, and root, for good. */
export async function makeDirectory(root: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (let made = directory; made.length >= root.length; made = dirname(made)) await sync(dirname(made), 'r');
}

async function sync(path: string, flags: 'r' | 'r+'): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
