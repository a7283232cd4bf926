import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { settingsFile } from '../connection/settings.ts';
import { refused } from '../failure.ts';

/** A file beside what `wherry login` stores, for its owner only. */
export function privateFile(env: Readonly<Record<string, string | undefined>>, name: string): string {
  return join(dirname(settingsFile(env)), name);
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
