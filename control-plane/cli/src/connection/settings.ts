import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { refused } from '../failure.ts';

/** What `wherry login` stores: the control plane and the operator token, readable by their owner only. */
export interface Settings {
  readonly server: string;
  readonly token: string;
  /** PEM of the control plane's own certificate authority, when it is one. */
  readonly ca?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

export function settingsFile(env: Env): string {
  const base = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return join(base, 'wherry', 'config.json');
}

export async function readSettings(env: Env): Promise<Partial<Settings>> {
  const file = settingsFile(env);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw refused('unavailable', `read ${file}: ${error.message}`);
  });
  if (text === undefined) return {};
  const stored = parseSettings(text);
  if (stored) return stored;
  throw refused('unavailable', `${file} is damaged: log in again with "wherry login"`);
}

export async function writeSettings(env: Env, value: Settings): Promise<string> {
  const file = settingsFile(env);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.new`;
  await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  // The mode of writeFile is for new files only; a draft left behind keeps its own.
  await chmod(draft, 0o600);
  await rename(draft, file);
  return file;
}

/** Forgets what was stored; true when there was something. */
export async function removeSettings(env: Env): Promise<boolean> {
  return await rm(settingsFile(env)).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw refused('unavailable', `remove ${settingsFile(env)}: ${error.message}`);
    },
  );
}

function parseSettings(text: string): Partial<Settings> | undefined {
  try {
    const { server, token, ca } = JSON.parse(text) as Record<string, unknown>;
    if (typeof server !== 'string' || typeof token !== 'string') return undefined;
    return typeof ca === 'string' ? { server, token, ca } : { server, token };
  } catch {
    return undefined;
  }
}
