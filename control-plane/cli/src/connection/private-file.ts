import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
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

/** The old text or the new one is there, also when several commands write at once, or the power goes. Code: unavailable. */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.new`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(draft, text, { mode: 0o600, flush: true });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw refused('unavailable', `write ${file}: ${error instanceof Error ? error.message : error}`);
  }
}
