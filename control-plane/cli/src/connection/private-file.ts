import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { refused } from '../failure.ts';

/** Where a file lies that is for its owner only: what `wherry login` stores, and what belongs to it. */
export function privateFile(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const base = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return join(base, 'wherry', name);
}

/** Null when there is none. */
export async function readPrivateFile(file: string): Promise<string | null> {
  return await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw refused('unavailable', `read ${file}: ${error.message}`);
  });
}

export async function writePrivateFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
}
