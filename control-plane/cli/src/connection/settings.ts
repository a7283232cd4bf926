import { rm } from 'node:fs/promises';
import { refused } from '../failure.ts';
import { privateFile, readPrivateFile, writePrivateFile } from './private-file.ts';

/** What `wherry login` stores: the control plane and the operator token, readable by their owner only. */
export interface Settings {
  readonly server: string;
  readonly token: string;
  /** PEM of the control plane's own certificate authority, when it is one. */
  readonly ca?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

export function settingsFile(env: Env): string {
  return privateFile(env, 'config.json');
}

export async function readSettings(env: Env): Promise<Partial<Settings>> {
  const file = settingsFile(env);
  const text = await readPrivateFile(file);
  if (text === null) return {};
  const stored = parseSettings(text);
  if (stored) return stored;
  throw refused('unavailable', `${file} is damaged: log in again with "wherry login"`);
}

export async function writeSettings(env: Env, value: Settings): Promise<string> {
  const file = settingsFile(env);
  await writePrivateFile(file, `${JSON.stringify(value, null, 2)}\n`);
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
